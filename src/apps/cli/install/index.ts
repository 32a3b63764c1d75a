/**
 * `trice install`: prints the manifests that run Trice on a cluster, with the flags of `fluxctl
 * install`; made from `charts/trice`. It talks to no cluster but to learn the kubeconfig's namespace,
 * and applies nothing. Start with `install.ts`.
 */
import { execute } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { install } from './install.ts';

export { install } from './install.ts';

export const program: Program = (argv, io) =>
  execute({ ...install, use: 'trice install' }, argv, io);
