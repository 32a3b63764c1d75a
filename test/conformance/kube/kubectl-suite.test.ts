import { describe, expect, it } from 'vitest';
import { kubectls } from '../../programs.ts';
import { functionsOf, runFunction, type Sources } from './kubectl-suite.ts';
import { suiteSkips } from './skips.ts';

// Kubernetes' own kubectl tests. They take an hour and need its sources (a clone, or the module
// k8s.io/kubernetes of a Go proxy, copied to where it can be written), so they run when asked for:
// TRICE_TEST_KUBERNETES=FOLDER [TRICE_TEST_KUBECTL=PROGRAM] npx vitest run test/conformance/kube/kubectl-suite.test.ts

const root = process.env['TRICE_TEST_KUBERNETES'];
const kubectl = process.env['TRICE_TEST_KUBECTL'] ?? kubectls()[0]?.program ?? 'kubectl';

describe.skipIf(root === undefined)("Kubernetes' own kubectl tests (TRICE_TEST_KUBERNETES)", () => {
  const names = root === undefined ? ['their sources are not here'] : functionsOf(root);
  const isOld = root !== undefined && !names.includes('run_kubectl_results_tests');
  const sources: Sources = { root: root ?? '', kubectl, profile: isOld ? 'legacy' : 'modern' };
  for (const name of names) {
    const reason = suiteSkips[name];
    it.skipIf(reason !== undefined)(
      reason === undefined ? name : `${name}: ${reason}`,
      async ({ signal }) => {
        const log = await runFunction(sources, name, signal);
        expect(log.slice(-4000)).toBe('');
      },
      300_000,
    );
  }
});
