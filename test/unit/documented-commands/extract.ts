import ts from 'typescript';

/** A command line as an operator would copy it, or a text that speaks of commands. */
export interface Mention {
  readonly text: string;
  readonly kind: 'line' | 'inline' | 'prose';
}

const STARTS = /(?:^|&& |\| |\$ )(?:npx )?(cdb(?: [^\n]*)?)$/;

/** Code blocks line by line, and inline code. */
export function markdownMentions(page: string): readonly Mention[] {
  const found: Mention[] = [];
  let fenced = false;
  for (const line of page.split('\n')) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    else if (fenced || line.startsWith('    ')) found.push(...lineMentions(line.trim()));
    else found.push(...inlineMentions(line));
  }
  return found;
}

/** What stands after two blanks explains; so does what stands after a "#". */
export function lineMentions(line: string): readonly Mention[] {
  const parts = line.split(/(?=&& |\| )/);
  return parts.flatMap((part): readonly Mention[] => {
    const text = STARTS.exec(part.trim())?.[1]
      ?.split(/ {2,}| #|[<>](?= )/)[0]
      ?.trim();
    return text === undefined || text === 'cdb' ? [] : [{ text, kind: 'line' }];
  });
}

function inlineMentions(line: string): readonly Mention[] {
  return [...line.matchAll(/`(?:npx )?(cdb [^`]+)`/g)].map(([, text = '']) => ({
    text,
    kind: 'inline',
  }));
}

/** Every text of a source file; what a template fills in at run time is `X`. */
export function sourceMentions(path: string, source: string): readonly Mention[] {
  const found: Mention[] = [];
  const visit = (node: ts.Node): void => {
    const text = ts.isTemplateExpression(node)
      ? node.head.text + node.templateSpans.map(({ literal }) => `X${literal.text}`).join('')
      : ts.isStringLiteralLike(node)
        ? node.text
        : '';
    if (/\bcdb [a-z-]/.test(text)) found.push({ text, kind: 'prose' });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.ES2023));
  return found;
}
