import { isRecord, KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { parse } from '../../../lib/yaml/index.ts';

/** A command whose standard output is manifests. */
export interface Generator {
  readonly command: string;
  /** Undefined: as long as the sync may take. */
  readonly timeoutMs?: number;
}

/** What a `.flux.yaml` says of the folder it is used for. */
export type FluxConfig =
  | { readonly is: 'scan' }
  | { readonly is: 'command'; readonly generators: readonly Generator[] }
  | {
      readonly is: 'patch';
      readonly generators: readonly Generator[];
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
    return { is: 'command', generators: generatorsOf(body, file) };
  }
  if (mode !== 'patchUpdated') return refuse(`unknown field ${mode}`);
  onlyFields(body, ['generators', 'patchFile'], `${file}: patchUpdated`);
  const patchFile = body['patchFile'];
  if (typeof patchFile !== 'string' || patchFile === '') {
    return refuse('patchUpdated needs a patchFile');
  }
  return { is: 'patch', generators: generatorsOf(body, file), patchFile };
}

function generatorsOf(body: JsonRecord, file: string): Generator[] {
  const list = body['generators'] ?? [];
  if (!Array.isArray(list)) throw new KnownError('invalid', `${file}: generators must be a list`);
  return list.map((item: unknown, at) => {
    const where = `${file}: generators[${at}]`;
    const { command, timeout, ...others } = mapOf(item, where);
    onlyFields(others, [], where);
    if (typeof command !== 'string' || command === '') {
      throw new KnownError('invalid', `${where}: command is missing`);
    }
    const timeoutMs = timeout === undefined ? undefined : durationOf(timeout, where);
    // Less than a second is no limit, as in Flux.
    return timeoutMs === undefined || timeoutMs < 1000 ? { command } : { command, timeoutMs };
  });
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
