/** A template variable as the generated code holds it. */
export interface Variable {
  /** The JavaScript name. */
  readonly js: string;
  /** A JavaScript expression: whether the value is of type interface{}, as a range's items are. */
  readonly wrapped: string;
  /** In the traced form, the JavaScript name of where its value came from. */
  readonly from?: string;
}

/** Which variables are visible: one level for each control structure. */
export class Scope {
  private readonly levels: Map<string, Variable>[] = [new Map()];
  private count = 0;
  /** Every JavaScript variable made, to be declared at the top of the function. */
  readonly names: string[] = [];

  /** A fresh JavaScript variable. */
  fresh(prefix: string): string {
    const name = `${prefix}${++this.count}`;
    this.names.push(name);
    return name;
  }

  /** A new template variable; a traced one has a second JavaScript variable for its origin. */
  declare(name: string, isTraced: boolean): Variable {
    const plain = { js: this.fresh('x'), wrapped: 'false' };
    const variable = isTraced ? { ...plain, from: this.fresh('w') } : plain;
    this.levels.at(-1)!.set(name, variable);
    return variable;
  }

  /** Says that a variable's value is now of another nature. */
  redeclare(name: string, variable: Variable): void {
    this.levels.at(-1)!.set(name, variable);
  }

  find(name: string): Variable | undefined {
    for (let i = this.levels.length - 1; i >= 0; i--) {
      const variable = this.levels[i]!.get(name);
      if (variable !== undefined) return variable;
    }
    return undefined;
  }

  /** Runs with a level of its own. */
  inside<T>(run: () => T): T {
    this.levels.push(new Map());
    const result = run();
    this.levels.pop();
    return result;
  }
}
