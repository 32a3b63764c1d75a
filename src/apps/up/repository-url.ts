/** The URL of a repository of our git server, without credentials. `repository` is `owner/name`. */
export function safeRepositoryUrl(base: string, repository: string): string {
  return `${base}/${repository}.git`;
}

/** The repository `owner/name` at a URL below the server's; undefined for a URL elsewhere. */
export function repositoryAt(base: string, url: string): string | undefined {
  if (!url.startsWith(`${base}/`)) return undefined;
  const name = url.slice(base.length + 1).replace(/\.git\/?$/, '');
  return /^[\w.-]+\/[\w.-]+$/.test(name) ? name : undefined;
}
