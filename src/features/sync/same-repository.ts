/**
 * Whether two URLs name the same repository, as far as can be told from their text: credentials, the
 * scheme, a default port, `.git`, a closing slash and the letter case of the host do not count.
 */
export function isSameRepository(a: string, b: string): boolean {
  return repositoryKey(a) === repositoryKey(b);
}

function repositoryKey(url: string): string {
  const scp = /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)(.*)$/.exec(url);
  const full = /^[a-z+]+:\/\/(?:[^@/]*@)?([^/:]*)(?::(\d+))?\/*(.*)$/i.exec(url);
  const [host = '', port, rest = url] = full?.slice(1) ?? (scp ? [scp[1], undefined, scp[2]] : []);
  const path = rest
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/^\/+/, '');
  const isDefault = port === undefined || ['22', '80', '443'].includes(port);
  return `${loopback(host.toLowerCase())}${isDefault ? '' : `:${port}`}/${path}`;
}

/** This machine has several names for itself. */
function loopback(host: string): string {
  return host === '127.0.0.1' || host === '[::1]' ? 'localhost' : host;
}
