/**
 * Functions from source to image: stack files, templates, build contexts, image names from git, and
 * builders. Templates that say how their program starts are built here, with no container tool; others by
 * buildah, podman or docker where one is found. An image is kept in a store first; pushing is a step of its
 * own. Refuses: paths outside of the project, and building what no builder can. Start with
 * `build-function.ts`.
 */
export { buildFunction, pushFunction, shrinkwrapFunction } from './build-function.ts';
export type { BuildOptions } from './build-function.ts';
export type { BuiltImage } from './builder.ts';
export { processLabel } from './daemonless-builder.ts';
export { imageName } from './image-name.ts';
export { createFromTemplate } from './new-function.ts';
export type { CreatedFunction, NewFunction } from './new-function.ts';
export { parseEnvironmentFile, parseStack } from './stack.ts';
export type { FunctionResources, Stack, StackFunction, StackOptions } from './stack.ts';
export { substitute } from './substitute.ts';
export type { Variables } from './substitute.ts';
export { bundledTemplates, findTemplate, listTemplates } from './template.ts';
export type { ProcessCommand, Template } from './template.ts';
