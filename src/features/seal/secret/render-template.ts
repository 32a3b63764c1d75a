import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../base/index.ts';
import type { GoFunction } from '../../../lib/gotemplate/index.ts';
import type { RenderTemplate } from './unseal-secret.ts';

/**
 * Functions that templates of secrets do not have: those that tell about the machine, and those that
 * Helm adds to Sprig.
 */
const withheld: readonly string[] = [
  'env',
  'expandenv',
  'getHostByName',
  'fromJsonArray',
  'fromToml',
  'fromYaml',
  'fromYamlArray',
  'mustToToml',
  'mustToYaml',
  'toToml',
  'toYaml',
  'toYamlPretty',
];

/**
 * Renders `template.data` as the original controller does: Go templates with Sprig's generic
 * functions, the opened values as a map of texts. The engine is loaded when it is first needed.
 */
export function templateRenderer(clock: Clock): RenderTemplate {
  return async (name, text, values) => {
    const { createEngine, fromBytes, functionTable, GoError, toBytes } =
      await import('../../../lib/gotemplate/index.ts');
    const all = functionTable({ now: () => clock.now(), random: (size) => randomBytes(size) });
    const kept = Object.entries(all).filter(([each]) => !withheld.includes(each));
    const fail: GoFunction = {
      params: ['string'],
      call: (message: string) => {
        throw new GoError(message);
      },
    };
    const engine = createEngine({ functions: { ...Object.fromEntries(kept), fail } });
    engine.add(name, text);
    const texts = Object.entries(values).map(([key, value]) => [key, fromBytes(value)]);
    // An untyped map, so that a missing key prints `<no value>`, as it does in the original.
    return toBytes(engine.execute(name, Object.fromEntries(texts)));
  };
}
