import { isRecord, KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { parse } from '../../yaml/index.ts';

/** A command line for the shell. */
export interface Command {
  readonly command: string;
  /** Undefined: as long as the sync may take. */
  readonly timeoutMs?: number;
}

/** Commands that change the files from which a workload is made: its image, or one of its policies. */
export interface Updater {
  readonly containerImage?: Command;
  readonly policy?: Command;
}

/** What a `.flux.yaml` says of the folder it is used for. */
export type FluxConfig =
  | { readonly is: 'scan' }
  | {
      readonly is: 'command';
      /** Commands whose standard output is manifests. */
      readonly generators: readonly Command[];
      readonly updaters: readonly Updater[];
    }
  | {
      readonly is: 'patch';
      readonly generators: readonly Command[];
      /** Relative to the working folder. */
      readonly patchFile: string;
    };

/** Reads a `.flux.yaml`. Throws `KnownError('invalid')` that names the file and the field; unknown fields are errors. */
export function parseFluxConfig(text: string, file: string): FluxConfig {
  const top = mapOf(parse(text, { file }), file);
  const refuse = (why: string): never => {
    throw new KnownError('invalid', `${file}: ${why}`, { where: { file } });
  };
  if (top['version'] !== 1) refuse('version must be 1');
  const { version: _, ...rest } = top;
  const modes = Object.keys(rest);
  const [mode] = modes;
  if (modes.length !== 1) {
    refuse('give exactly one of patchUpdated, commandUpdated and scanForFiles');
  }
  const body = mapOf(rest[mode ?? ''] ?? {}, `${file}: ${mode}`);
  if (mode === 'scanForFiles') {
    onlyFields(body, [], `${file}: scanForFiles`);
    return { is: 'scan' };
  }
  if (mode === 'commandUpdated') {
    onlyFields(body, ['generators', 'updaters'], `${file}: commandUpdated`);
    return {
      is: 'command',
      generators: generatorsOf(body, file),
      updaters: updatersOf(body, file),
    };
  }
  if (mode !== 'patchUpdated') return refuse(`unknown field ${mode}`);
  onlyFields(body, ['generators', 'patchFile'], `${file}: patchUpdated`);
  const patchFile = body['patchFile'];
  if (typeof patchFile !== 'string' || patchFile === '') {
    return refuse('patchUpdated needs a patchFile');
  }
  return { is: 'patch', generators: generatorsOf(body, file), patchFile };
}

function generatorsOf(body: JsonRecord, file: string): Command[] {
  return listOf(body, 'generators', file).map((item, at) =>
    commandOf(item, `${file}: generators[${at}]`),
  );
}

function updatersOf(body: JsonRecord, file: string): Updater[] {
  return listOf(body, 'updaters', file).map((item, at) => {
    const where = `${file}: updaters[${at}]`;
    const updater = mapOf(item, where);
    onlyFields(updater, ['containerImage', 'policy'], where);
    const { containerImage, policy } = updater;
    return {
      ...(containerImage === undefined
        ? {}
        : { containerImage: commandOf(containerImage, `${where}.containerImage`) }),
      ...(policy === undefined ? {} : { policy: commandOf(policy, `${where}.policy`) }),
    };
  });
}

function listOf(body: JsonRecord, name: string, file: string): unknown[] {
  const list = body[name] ?? [];
  if (!Array.isArray(list)) throw new KnownError('invalid', `${file}: ${name} must be a list`);
  return list;
}

function commandOf(item: unknown, where: string): Command {
  const { command, timeout, ...others } = mapOf(item, where);
  onlyFields(others, [], where);
  if (typeof command !== 'string' || command === '') {
    throw new KnownError('invalid', `${where}: command is missing`);
  }
  const timeoutMs = timeout === undefined ? undefined : durationOf(timeout, where);
  // Less than a second is no limit, as in Flux.
  return timeoutMs === undefined || timeoutMs < 1000 ? { command } : { command, timeoutMs };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function durationOf(value: unknown, where: string): number {
  const text = typeof value === 'string' ? value : '';
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (text === '' || parts.map(([part]) => part).join('') !== text) {
    throw new KnownError(
      'invalid',
      `${where}: timeout ${JSON.stringify(value)} is no duration, write e.g. 30s`,
    );
  }
  return parts.reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * (units[unit ?? ''] ?? 0),
    0,
  );
}

function mapOf(value: unknown, where: string): JsonRecord {
  if (isRecord(value)) return value;
  throw new KnownError('invalid', `${where}: write a map`);
}

function onlyFields(body: JsonRecord, known: readonly string[], where: string): void {
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new KnownError('invalid', `${where}: unknown field ${unknown}`);
}
