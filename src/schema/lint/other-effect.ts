import type { Node } from 'libpg-query';
import { nameOf, stringsOf } from '../sql/names.js';
import type { Statement } from '../sql/parse-statements.js';
import { effect, warn, type Effect } from './effect.js';
import type { Tables } from './table-facts.js';

/** Whatever is neither a table, an index nor rows. */
export function otherEffect({ node, text }: Statement, tables: Tables): Effect {
  const known = definition(node, tables);
  if (known !== null) return known;
  const first = `${text.replace(/\s+/g, ' ').slice(0, 60)}${text.length > 60 ? '...' : ''}`;
  if ('TransactionStmt' in node) {
    const words = `${first}: a file is one transaction already, and must not end it`;
    return effect(first, { hazards: [{ rule: 'transaction control', level: 'FAIL', words }] });
  }
  return effect(first, {
    lock: 'access exclusive',
    hazards: [warn('not judged', `${first}: what it does is not known here; read it`)],
  });
}

function definition(node: Node, tables: Tables): Effect | null {
  if ('CommentStmt' in node) return effect('comment');
  if ('CreateFunctionStmt' in node) {
    return effect(`create function ${listed(node.CreateFunctionStmt.funcname)}`);
  }
  if ('CreateTrigStmt' in node) {
    const { trigname, relation } = node.CreateTrigStmt;
    const table = relation?.relname ?? '?';
    const lock = tables.isNew(table) ? 'none' : 'share row exclusive';
    return effect(`create trigger ${trigname ?? '?'} on ${table}`, { table, lock });
  }
  if ('ViewStmt' in node) {
    const view = node.ViewStmt.view?.relname ?? '?';
    tables.add(view);
    return effect(`create view ${view}`);
  }
  if ('CreateSeqStmt' in node) {
    return effect(`create sequence ${node.CreateSeqStmt.sequence?.relname ?? '?'}`);
  }
  if ('CreateEnumStmt' in node)
    return effect(`create type ${listed(node.CreateEnumStmt.typeName)}`);
  if ('AlterEnumStmt' in node) {
    const { typeName, newVal } = node.AlterEnumStmt;
    return effect(`add value ${newVal ?? '?'} to type ${listed(typeName)}`);
  }
  if ('CreateSchemaStmt' in node) {
    return effect(`create schema ${node.CreateSchemaStmt.schemaname ?? '?'}`);
  }
  if ('GrantStmt' in node) return effect(node.GrantStmt.is_grant === true ? 'grant' : 'revoke');
  if ('VariableSetStmt' in node) return effect(`set ${node.VariableSetStmt.name ?? '?'}`);
  return null;
}

function listed(names: readonly Node[] | undefined): string {
  return nameOf((names ?? []).flatMap(stringsOf));
}
