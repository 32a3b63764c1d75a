import type { Mark } from './cursor.ts';

/** A scalar as written; `implicit`: plain and without a tag, so its text says what it is. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly mark: Mark;
  readonly text: string;
  readonly implicit: boolean;
  readonly tag: string;
}

export interface SequenceNode {
  readonly kind: 'sequence';
  readonly mark: Mark;
  readonly items: Node[];
}

/** Keys and values in turn. */
export interface MappingNode {
  readonly kind: 'mapping';
  readonly mark: Mark;
  readonly pairs: Node[];
}

export interface AliasNode {
  readonly kind: 'alias';
  readonly mark: Mark;
  readonly name: string;
  readonly target: Node;
}

export type Node = ScalarNode | SequenceNode | MappingNode | AliasNode;
