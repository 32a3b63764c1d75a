import { invalid, type KnownError } from '../../base/index.ts';
import { goSyntax } from './go-syntax.ts';
import type { LineIndex } from './line-index.ts';
import type { MappingNode, Node, ScalarNode, SequenceNode } from './node.ts';
import { formatFloat32 } from './number.ts';
import { type Resolved, resolve } from './resolve.ts';

const LONG = 'tag:yaml.org,2002:';
const resolvable = new Set(['', 'str', 'bool', 'int', 'float', 'null', 'timestamp']);

const str = (value: string): Resolved => ({ tag: 'str', value });

function shortTag(tag: string): string {
  return tag.startsWith(LONG) ? `!!${tag.slice(LONG.length)}` : tag;
}

/** Base 64 as Go's decoder takes it: padded, line breaks left out, nothing else. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function binary(text: string): string {
  const digits = text.replaceAll(/[\r\n]/g, '');
  if (!base64.test(digits)) throw invalid('yaml: !!binary value contains invalid base64 data');
  return Buffer.from(digits, 'base64').toString('utf8');
}

/** The value of a scalar with an explicit tag. */
function resolveTagged(tag: string, text: string): Resolved {
  if (tag === `${LONG}binary`) return str(binary(text));
  const name = tag.startsWith(LONG) ? tag.slice(LONG.length) : tag;
  if (!resolvable.has(name) || name === 'str') return str(text);
  const resolved = resolve(text);
  if (resolved.tag === name) return resolved;
  if (name === 'float' && resolved.tag === 'int') {
    return { tag: 'float', value: Number(resolved.value) };
  }
  throw invalid(`yaml: cannot decode !!${resolved.tag} \`${text}\` as a ${shortTag(tag)}`);
}

function resolveScalar(node: ScalarNode): Resolved {
  if (node.tag === '') return node.implicit ? resolve(node.text) : str(node.text);
  return resolveTagged(node.tag, node.text);
}

/** How much of a document may come from aliases: all but all of a small one, a tenth of a large one. */
function allowedAliasRatio(count: number): number {
  if (count <= 400_000) return 0.99;
  if (count >= 4_000_000) return 0.1;
  return 0.99 - (0.89 * (count - 400_000)) / 3_600_000;
}

const UINT64 = 2n ** 63n;

/** Turns a document's nodes into data: aliases are copied, merges done, keys made strings. */
export class Decoder {
  private readonly strict: boolean;
  private readonly lines: LineIndex | undefined;
  private readonly problems: string[] = [];
  private readonly open = new Set<Node>();
  private count = 0;
  private aliasCount = 0;
  private aliasDepth = 0;
  private jsonFault: KnownError | undefined;

  /** `lines` is told where each entry stands. */
  constructor(strict: boolean, lines?: LineIndex) {
    this.strict = strict;
    this.lines = lines;
  }

  /** The data of a document; throws what Go's decoder or its conversion to JSON fails with. */
  decode(root: Node): unknown {
    const value = this.value(root);
    if (this.problems.length > 0) {
      throw invalid(`yaml: unmarshal errors:\n  ${this.problems.join('\n  ')}`);
    }
    if (this.jsonFault !== undefined) throw this.jsonFault;
    return value;
  }

  private tally(): void {
    this.count++;
    if (this.aliasDepth > 0) this.aliasCount++;
    if (this.aliasCount <= 100 || this.count <= 1000) return;
    if (this.aliasCount / this.count > allowedAliasRatio(this.count)) {
      throw invalid('yaml: document contains excessive aliasing');
    }
  }

  private value(node: Node): unknown {
    this.tally();
    if (node.kind === 'scalar') return this.scalar(resolveScalar(node));
    if (node.kind === 'alias') return this.alias(node.target, node.name, node);
    return node.kind === 'sequence' ? this.sequence(node) : this.mapping(node);
  }

  private alias(target: Node, name: string, node: Node): unknown {
    if (this.open.has(node)) throw invalid(`yaml: anchor '${name}' value contains itself`);
    this.open.add(node);
    this.aliasDepth++;
    const value = this.value(target);
    this.aliasDepth--;
    this.open.delete(node);
    return value;
  }

  private scalar(resolved: Resolved): unknown {
    if (resolved.tag === 'int') return Number(resolved.value);
    if (resolved.tag === 'float' && !Number.isFinite(resolved.value)) {
      const sign = resolved.value > 0 ? '+Inf' : '-Inf';
      const name = Number.isNaN(resolved.value) ? 'NaN' : sign;
      this.jsonFault ??= invalid(`json: unsupported value: ${name}`);
    }
    if (resolved.tag === 'str' && !resolved.value.isWellFormed()) {
      return resolved.value.toWellFormed();
    }
    return resolved.value;
  }

  private sequence(node: SequenceNode): unknown[] {
    const out = node.items.map((item) => this.value(item));
    if (this.lines !== undefined) {
      for (const [i, { mark }] of node.items.entries()) this.lines.note(out, i, mark.line + 1);
    }
    return out;
  }

  private mapping(node: MappingNode): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    this.fill(node, out, this.strict ? new Set() : undefined);
    return out;
  }

  private fill(node: MappingNode, out: Record<string, unknown>, seen?: Set<string>): void {
    const { pairs } = node;
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const key = pairs[i]!;
      const value = pairs[i + 1]!;
      if (isMerge(key)) {
        this.merge(value, out, seen);
        continue;
      }
      const name = this.key(key, value);
      const data = this.value(value);
      if (seen?.has(name)) {
        this.problems.push(`line ${value.mark.line + 1}: key ${goSyntax(name)} already set in map`);
        continue;
      }
      seen?.add(name);
      this.lines?.note(out, name, key.mark.line + 1);
      if (name === '__proto__') define(out, name, data);
      else out[name] = data;
    }
  }

  private key(node: Node, value: Node): string {
    const scalar = node.kind === 'alias' ? node.target : node;
    this.tally();
    if (scalar.kind !== 'scalar') {
      throw invalid(`yaml: invalid map key: ${goSyntax(this.value(scalar))}`);
    }
    const resolved = resolveScalar(scalar);
    switch (resolved.tag) {
      case 'str':
      case 'timestamp':
        return resolved.value;
      case 'float':
        return floatKey(resolved.value);
      case 'int':
        if (typeof resolved.value === 'bigint' && resolved.value >= UINT64) {
          this.refuseKey('uint64', `0x${resolved.value.toString(16)}`, value);
        }
        return String(resolved.value);
      case 'bool':
        return String(resolved.value);
      case 'null':
        this.refuseKey('%!s(<nil>)', '<nil>', value);
        return '';
    }
  }

  private refuseKey(type: string, key: string, value: Node): void {
    const shown = goSyntax(this.value(value));
    this.jsonFault ??= invalid(
      `unsupported map key of type: ${type}, key: ${key}, value: ${shown === 'interface {}(nil)' ? '<nil>' : shown}`,
    );
  }

  private merge(node: Node, out: Record<string, unknown>, seen?: Set<string>): void {
    const target = node.kind === 'alias' ? node.target : node;
    if (target.kind === 'mapping') {
      this.tally();
      if (node.kind === 'alias') this.mergeAlias(target, out, { name: node.name, node, seen });
      else this.fill(target, out, seen);
      return;
    }
    if (node.kind !== 'sequence') throw wantMap();
    for (const item of node.items.toReversed()) {
      const itemTarget = item.kind === 'alias' ? item.target : item;
      if (itemTarget.kind !== 'mapping') throw wantMap();
      this.merge(item, out, seen);
    }
  }

  private mergeAlias(
    target: MappingNode,
    out: Record<string, unknown>,
    alias: { name: string; node: Node; seen: Set<string> | undefined },
  ): void {
    if (this.open.has(alias.node)) {
      throw invalid(`yaml: anchor '${alias.name}' value contains itself`);
    }
    this.open.add(alias.node);
    this.aliasDepth++;
    this.fill(target, out, alias.seen);
    this.aliasDepth--;
    this.open.delete(alias.node);
  }
}

function isMerge(node: Node): boolean {
  return (
    node.kind === 'scalar' && node.text === '<<' && (node.implicit || node.tag === `${LONG}merge`)
  );
}

function wantMap(): KnownError {
  return invalid('yaml: map merge requires map or sequence of maps as the value');
}

const specialFloats: Readonly<Record<string, string>> = {
  NaN: '.nan',
  '+Inf': '.inf',
  '-Inf': '-.inf',
};

function floatKey(value: number): string {
  const text = formatFloat32(value);
  return specialFloats[text] ?? text;
}

function define(out: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
}
