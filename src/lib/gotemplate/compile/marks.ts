import type { Variable } from './scope.ts';

/** What generated code does besides printing: nothing in the plain form, noting origins in the traced one. */
export interface Marks {
  /** Whether every stretch of output needs a place of its own. */
  readonly isTraced: boolean;
  /** At the start of a template's function. */
  readonly enter: string;
  /** At its end; `T` is the template. */
  readonly leave: string;
  /** Before a statement evaluates something; `cause` is the JavaScript name of the cause around it. */
  begin(cause: string): string;
  /** After a statement has printed. */
  printed(site: string): string;
  /** After text was printed. */
  text(site: () => string, cause: string): string;
  /** The start of a call that reads fields, up to its arguments. */
  path(from: string | undefined): string;
  invoke(from: string | undefined): string;
  /** A variable's value. */
  variable(variable: Variable): string;
  /** An expression that sets a variable. */
  assign(variable: Variable, js: string): string;
}

/** Prints and nothing else. */
export const plainMarks: Marks = {
  isTraced: false,
  enter: '',
  leave: '',
  begin: () => '',
  printed: () => '',
  text: () => '',
  path: () => 'L.path(',
  invoke: () => 'L.invoke(',
  variable: ({ js }) => js,
  assign: ({ js }, value) => `(${js}=${value})`,
};

/** Notes in a `Recorder` where everything comes from. */
export const tracedMarks: Marks = {
  isTraced: true,
  enter: 'const tr=rt.usage.trace,p=[],c0=tr.enter();',
  leave: 'tr.leave(T,o,p);',
  begin: (cause) => `tr.at(${cause});`,
  printed: (site) => `tr.piece(p,o.length,${site});`,
  text: (site, cause) => `tr.text(p,{end:o.length,site:${site()}},${cause});`,
  path: (from) => `tr.path(L.path,${from ?? 'undefined'},`,
  invoke: (from) => `tr.invoke(L.invoke,${from ?? 'undefined'},`,
  variable: ({ js, from }) => (from === undefined ? js : `tr.variable(${js},${from})`),
  assign: ({ js, from }, value) =>
    from === undefined ? `(${js}=${value})` : `(${js}=${value},${from}=tr.assigned(),${js})`,
};
