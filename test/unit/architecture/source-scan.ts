import ts from 'typescript';

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

export interface SourceScan {
  readonly imports: readonly Import[];
  /** The code as one line of tokens: no comments, every literal text empty. */
  readonly code: string;
  /** Line (from 0) of a position in `code`. */
  readonly lineAt: (position: number) => number;
  readonly lines: readonly string[];
}

const LITERALS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.TemplateHead,
  ts.SyntaxKind.TemplateMiddle,
  ts.SyntaxKind.TemplateTail,
  ts.SyntaxKind.RegularExpressionLiteral,
]);

export function scanSource(path: string, text: string): SourceScan {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const starts: { readonly position: number; readonly line: number }[] = [];
  let code = '';
  for (const token of tokens(source, source)) {
    const word = LITERALS.has(token.kind) ? "''" : token.getText(source);
    const glued = code === '' || /[.(]$/.test(code) || /^[.()]/.test(word);
    if (!glued) code += ' ';
    starts.push({
      position: code.length,
      line: source.getLineAndCharacterOfPosition(token.getStart(source)).line,
    });
    code += word;
  }
  const lineAt = (position: number) =>
    starts.findLast((start) => start.position <= position)?.line ?? 0;
  return { imports: imports(source), code, lineAt, lines: text.split('\n') };
}

function* tokens(node: ts.Node, source: ts.SourceFile): Generator<ts.Node> {
  if (ts.isJSDoc(node)) return;
  const children = node.getChildren(source);
  if (children.length === 0) {
    if (node.getWidth(source) > 0) yield node;
    return;
  }
  for (const child of children) yield* tokens(child, source);
}

function imports(source: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (node: ts.Expression | undefined, typeOnly: boolean) => {
    if (node !== undefined && ts.isStringLiteralLike(node)) {
      found.push({ specifier: node.text, typeOnly });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && isImportOrRequire(node.expression)) {
      add(node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isImportOrRequire(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(callee) && callee.text === 'require';
}
