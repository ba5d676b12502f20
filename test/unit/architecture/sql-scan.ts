import ts from 'typescript';

/** What makes a statement of a text, or marks it as a piece of one. */
const MAKERS: ReadonlySet<string> = new Set(['sqlStatement', 'sqlPart']);

/** Sends what it is given, so its callers are looked at instead. */
const SENDERS: ReadonlySet<string> = new Set([
  'adapters/postgres/run-statement.ts',
  'adapters/postgres/sql-client.ts',
]);

const SQL_TEXTS: readonly RegExp[] = [
  /\bselect\b[\s\S]*\bfrom\b\s+["\w(]/i,
  /^\s*\(?\s*SELECT\s+\S/,
  /\binsert\s+into\b/i,
  /\bupdate\s+\S+\s+set\b/i,
  /\bdelete\s+from\b/i,
  /\bmerge\s+into\b/i,
  /^\s*with\s+(?:recursive\s+)?\w+\s+as\s*\(/i,
  /^\s*(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|PREPARE|EXECUTE|DEALLOCATE|EXPLAIN|VACUUM|LISTEN|NOTIFY)\b/,
  /^\s*SET (?:LOCAL|SESSION|TRANSACTION)\b/,
  /^\s*(?:CREATE|ALTER|DROP|TRUNCATE|LOCK|GRANT|REVOKE) (?:TABLE|INDEX|UNIQUE|SCHEMA|FUNCTION|TRIGGER|DATABASE|ROLE|VIEW|SELECT|INSERT)\b/,
];

export interface SqlScan {
  /** Names of the statements that are made here; `${…}` stands for any word. */
  readonly names: readonly string[];
  /** One sentence for every text of SQL that is no statement object. */
  readonly faults: readonly string[];
}

/** @param path under src/ */
export function scanSql(path: string, text: string): SqlScan {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const names: string[] = [];
  const faults: string[] = [];
  const at = (node: ts.Node) =>
    `${path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;
  const visit = (node: ts.Node): void => {
    if (isText(node) && !isMade(node) && SQL_TEXTS.some((sql) => sql.test(textOf(node)))) {
      faults.push(`${at(node)}: SQL outside of sqlStatement(): "${textOf(node).slice(0, 40)}"`);
      return;
    }
    if (ts.isCallExpression(node)) {
      const [first] = node.arguments;
      if (calledName(node) === 'sqlStatement' && first !== undefined && !isDeclared(path)) {
        names.push(isText(first) ? textOf(first) : first.getText(source));
      }
      if (calledName(node) === 'query' && !SENDERS.has(path) && !isOfStatement(first)) {
        faults.push(`${at(node)}: query() is given something else than the text of a statement`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { names, faults };
}

const isDeclared = (path: string) => path === 'engine/ports/sql-statement.ts';

function isText(node: ts.Node): node is ts.StringLiteralLike | ts.TemplateExpression {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function textOf(node: ts.StringLiteralLike | ts.TemplateExpression): string {
  if (!ts.isTemplateExpression(node)) return node.text;
  const rest = node.templateSpans.map(({ literal }) => `\${…}${literal.text}`);
  return node.head.text + rest.join('');
}

/** Up to the next function that has a name: a callback inside the text of a statement belongs to it. */
function isMade(node: ts.Node): boolean {
  if (ts.isCallExpression(node) && MAKERS.has(calledName(node))) return true;
  if (ts.isSourceFile(node)) return false;
  if (ts.isFunctionLike(node) && !ts.isArrowFunction(node)) return false;
  return isMade(node.parent);
}

function calledName({ expression }: ts.CallExpression): string {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : '';
}

/** `X.text` of a statement, or `file.sql` of a migration. */
function isOfStatement(first: ts.Expression | undefined): boolean {
  return (
    first !== undefined &&
    ts.isPropertyAccessExpression(first) &&
    ['text', 'sql'].includes(first.name.text)
  );
}
