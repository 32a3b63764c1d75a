import { randomBytes } from 'node:crypto';
import { KnownError } from '../../../base/index.ts';
import type { Clock } from '../../../base/index.ts';
import type { RenderTemplate } from './unseal-secret.ts';

/** Sprig functions that tell about the machine: they are not there for templates of secrets. */
const withheld = ['env', 'expandenv', 'getHostByName'];

/**
 * Renders `template.data` as the original controller does: Go templates with Sprig's generic
 * functions, the opened values as a map of texts. The engine is loaded when it is first needed.
 */
export function templateRenderer(clock: Clock): RenderTemplate {
  return async (name, text, values) => {
    const { createEngine, functionTable, typedMap } =
      await import('../../../lib/gotemplate/index.ts');
    const all = functionTable({ now: () => clock.now(), random: (size) => randomBytes(size) });
    const functions = Object.fromEntries(
      Object.entries(all).filter(([each]) => !withheld.includes(each)),
    );
    const engine = createEngine({ functions });
    try {
      engine.add(name, text);
      return engine.execute(name, typedMap({ ...values }, 'string'));
    } catch (thrown) {
      if (thrown instanceof KnownError) throw thrown;
      throw new KnownError('invalid', `template: ${name}: could not be rendered`, {
        cause: thrown,
      });
    }
  };
}
