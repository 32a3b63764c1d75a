import type { Reporter, TestCase } from 'vitest/node';

/**
 * Ends a test run with the names of what was skipped and the line `N passed, N failed[, N skipped]`.
 * A test that was skipped because a program is missing carries the program in its name.
 */
export default class ClosingLine implements Reporter {
  #passed = 0;
  #failed = 0;
  #skipped: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state === 'passed') this.#passed += 1;
    if (state === 'failed') this.#failed += 1;
    if (state === 'skipped') this.#skipped.push(test.fullName);
  }

  onTestRunEnd(
    modules: ReadonlyArray<{ errors(): unknown[] }>,
    errors: ReadonlyArray<unknown>,
  ): void {
    const broken = modules.filter((each) => each.errors().length > 0).length + errors.length;
    if (this.#skipped.length > 0)
      console.log(`\nskipped:\n${this.#skipped.map((name) => `  ${name}`).join('\n')}`);
    const skipped = this.#skipped.length > 0 ? `, ${this.#skipped.length} skipped` : '';
    console.log(`\n${this.#passed} passed, ${this.#failed + broken} failed${skipped}`);
  }
}
