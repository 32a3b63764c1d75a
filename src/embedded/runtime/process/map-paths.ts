import { join } from 'node:path';
import type { Mount } from '../driver.ts';

/** The path on this machine of a path inside the container; undefined when no mount has it. */
export function hostPathOf(path: string, mounts: readonly Mount[]): string | undefined {
  const mount = byLength(mounts).find(
    ({ mountPath }) => path === mountPath || path.startsWith(`${mountPath.replace(/\/$/, '')}/`),
  );
  return mount && join(mount.hostPath, path.slice(mount.mountPath.length));
}

/** The longest first: a mount inside another one hides it. */
export function byLength(mounts: readonly Mount[]): Mount[] {
  return mounts.toSorted((a, b) => b.mountPath.length - a.mountPath.length);
}

/**
 * Replaces mounted paths in an argument, also in the middle of a shell line, since programs other than
 * Node do not translate paths themselves.
 */
export function mapArgument(argument: string, mounts: readonly Mount[]): string {
  let text = argument;
  const done: string[] = [];
  for (const { mountPath, hostPath } of byLength(mounts)) {
    const path = mountPath.replace(/\/$/, '');
    const pattern = new RegExp(`(^|[\\s"'=:;|&(<>])${escape(path)}(?=$|[/\\s"';|&)<>])`, 'g');
    text = text.replaceAll(pattern, (_found, before: string) => {
      // A replaced path must not be met by a shorter mount: it stands aside until the end.
      done.push(hostPath);
      return `${before}\0${done.length - 1}\0`;
    });
  }
  return text.replaceAll(/\0(\d+)\0/g, (_found, index: string) => done[Number(index)] ?? '');
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
