/** The URL of a repository of our git server, without credentials. `repository` is `owner/name`. */
export function safeRepositoryUrl(base: string, repository: string): string {
  return `${base}/${repository}.git`;
}
