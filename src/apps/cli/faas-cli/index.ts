/**
 * `faas-cli`: makes, builds, pushes, deploys and calls functions, with the original's commands, flags
 * and texts. Refuses in words what has no part here: the function store, OAuth logins, Knative
 * output, multi-platform publishing. Start with `faas-cli.ts`; each command is a file in `commands/`.
 */
export { program } from './faas-cli.ts';
