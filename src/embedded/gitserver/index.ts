/**
 * A git server for one machine: smart HTTP (protocol 0, 1 and 2) over the git program, repositories
 * in a folder, basic auth, made by the first push. A push is told at once, when git has stored it.
 * Refuses: paths that leave the folder, pushes without login, hooks, the dumb protocol. Start with
 * `git-server.ts`.
 */
export { createGitServer } from './git-server.ts';
export type { GitServer, GitServerOptions, PushEvent } from './git-server.ts';
export type { PushPolicy } from './push-policy.ts';
