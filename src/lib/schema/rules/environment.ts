import { Environment } from '@marcbachmann/cel-js';
import { addAddressLibrary } from './library/addresses.ts';
import { addFormatLibrary } from './library/formats.ts';
import { addListLibrary } from './library/lists.ts';
import { addOptionalLibrary } from './library/optionals.ts';
import { addQuantityLibrary } from './library/quantities.ts';
import { addTextLibrary } from './library/text.ts';
import { addUrlLibrary } from './library/urls.ts';
import { addVersionLibrary } from './library/versions.ts';

let base: Environment | undefined;

/** A fresh environment with everything that rules on a real server may use. */
export function ruleEnvironment(): Environment {
  base ??= made();
  return base.clone();
}

function made(): Environment {
  const environment = new Environment({
    enableOptionalTypes: true,
    // `format` takes lists of mixed values.
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 20_000, maxDepth: 100 },
  });
  for (const add of [
    addTextLibrary,
    addListLibrary,
    addUrlLibrary,
    addQuantityLibrary,
    addAddressLibrary,
    addFormatLibrary,
    addVersionLibrary,
    addOptionalLibrary,
  ])
    add(environment);
  return environment;
}
