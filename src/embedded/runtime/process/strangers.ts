import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../../base/index.ts';

/** Writes down that a process is ours, so that a later start of the platform can end it. */
export function noteProcess(dir: string, { pid, uid }: { pid: number; uid: string }): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, String(pid)), uid);
}

/** The process has ended. */
export function forget(dir: string, pid: number): void {
  rmSync(join(dir, String(pid)), { force: true });
}

/**
 * Ends processes that an earlier life of the platform left behind. They normally end by themselves; one
 * that was too busy to notice does not. Only a process that carries our mark in its environment is ended,
 * since its number may belong to another by now.
 */
export async function endStrangers(dir: string, log: Logger): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    const pid = Number(name);
    if (Number.isInteger(pid) && pid > 1 && (await isOurs(pid))) {
      log.info('ending a process that an earlier run left behind', { pid });
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It ended in this moment.
      }
    }
    await rm(join(dir, name), { force: true });
  }
}

async function isOurs(pid: number): Promise<boolean> {
  const env = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return env.includes('\0TRICE_POD=') || env.startsWith('TRICE_POD=');
}
