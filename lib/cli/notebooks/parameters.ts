import ts from "typescript";
import { UserError } from "../../core/errors";
import { type Cell, codeCells, hasTag, type Notebook } from "./notebookFile";

const injectedTag = "injected-parameters";
const comment = "// Injected by npm start -- --set: these values count instead of those of the cell above";

/** The text of a notebook's `parameters` cell, and of a cell that was injected after it. */
export function parametersOf(notebook: Notebook): string {
  const cells = codeCells(notebook).filter((cell) => hasTag(cell, "parameters") || hasTag(cell, injectedTag));
  return cells.map(({ source }) => source).join("\n");
}

/** A chapter's notebook. */
type Numbered = { number: number; notebook: Notebook };

/** Whether a notebook has a cell of injected parameters. */
export const isInjected = ({ notebook }: Numbered) => notebook.cells.some((cell) => hasTag(cell, injectedTag));

/**
 * Gives parameters other values, as papermill does: in a cell tagged `injected-parameters` after the cell tagged `parameters`,
 * in each chapter that has a parameter of the name. Nothing is evaluated here.
 * @param settings "NAME=VALUE" each, VALUE an expression of what a chapter knows there; of two for one name the last counts.
 * @throws UserError, with the names that there are, for a name that no chapter has or a text that is no value.
 */
export function injectParameters(chapters: Numbered[], settings: readonly string[]): void {
  const all = chapters.map((each) => ({ ...each, names: declaredIn(parse(parametersOf(each.notebook))) }));
  const values = new Map<string, string>();
  for (const setting of settings) {
    const refuse = (reason: string) => {
      const listed = all.map(({ number, names }) => `the parameters of chapter ${number} are ${[...names].join(", ")}`);
      return new UserError(`--set ${setting}: ${reason}; ${listed.join("; ")}`);
    };
    const [, name, value] = setting.match(/^\s*([^=\s]+)\s*=(.*)$/s) ?? [];
    if (name === undefined) throw refuse("write NAME=VALUE");
    const having = all.filter(({ names }) => names.has(name));
    if (having.length === 0) throw refuse(`no parameter is called ${name}`);
    const expression = expressionOf(value);
    if (!expression) throw refuse(`"${value.trim()}" is no value`);
    for (const { number, notebook } of having) {
      const known = knownAtParameters(notebook);
      known.delete(name);
      const unknown = [...usedIn(expression)].find((used) => !known.has(used) && !(used in globalThis));
      if (unknown) throw refuse(`${unknown} is not known where the parameters of chapter ${number} stand`);
    }
    values.set(name, expression.getText());
  }
  for (const { notebook, names } of all) {
    const own = [...values].filter(([name]) => names.has(name));
    if (own.length > 0)
      inject(notebook, [comment, ...own.map(([name, value]) => `const ${name} = ${value};`)].join("\n"));
  }
}

/** Replaces what was injected before. */
function inject(notebook: Notebook, source: string): void {
  const metadata = { tags: [injectedTag] };
  const cell: Cell = { cell_type: "code", id: injectedTag, metadata, source, outputs: [], execution_count: null };
  const cells = notebook.cells.filter((other) => !hasTag(other, injectedTag));
  cells.splice(placeOfParameters(cells) + 1, 0, cell);
  notebook.cells = cells;
}

const placeOfParameters = (cells: Cell[]) => cells.findIndex((cell) => hasTag(cell, "parameters"));

/** The names that the code up to the parameters imports or declares. */
function knownAtParameters(notebook: Notebook): Set<string> {
  const cells = notebook.cells.slice(0, placeOfParameters(notebook.cells) + 1);
  const code = codeCells({ ...notebook, cells }).map(({ source }) => source);
  return declaredIn(parse(code.join("\n")));
}

const parse = (text: string) => ts.createSourceFile("cell.ts", text, ts.ScriptTarget.ES2022, true);

/** The text as one expression; undefined if it is none, or several. */
function expressionOf(text: string): ts.Expression | undefined {
  const whole = `(${text}\n);`;
  if (ts.transpileModule(whole, { reportDiagnostics: true }).diagnostics!.length > 0) return undefined;
  const [statement, ...more] = parse(whole).statements;
  if (more.length > 0 || !ts.isExpressionStatement(statement)) return undefined;
  if (!ts.isParenthesizedExpression(statement.expression)) return undefined;
  const { expression } = statement.expression;
  const several = ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.CommaToken;
  return several ? undefined : expression;
}

/** Names of variables, parameters, functions and imports that are declared anywhere within. */
function declaredIn(node: ts.Node, names = new Set<string>()): Set<string> {
  const isVariable = ts.isVariableDeclaration(node) || ts.isBindingElement(node) || ts.isParameter(node);
  const declares =
    isVariable || ts.isFunctionDeclaration(node) || ts.isImportClause(node) || ts.isImportSpecifier(node);
  if (declares && node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
  ts.forEachChild(node, (child) => void declaredIn(child, names));
  return names;
}

/** Names whose values an expression uses and does not declare itself. */
function usedIn(expression: ts.Expression): Set<string> {
  const [own, used] = [declaredIn(expression), new Set<string>()];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node) && !own.has(node.text)) used.add(node.text);
    else if (ts.isPropertyAccessExpression(node)) visit(node.expression);
    else if (ts.isPropertyAssignment(node)) visit(node.initializer);
    else ts.forEachChild(node, visit);
  };
  visit(expression);
  return used;
}
