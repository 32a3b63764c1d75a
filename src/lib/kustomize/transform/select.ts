import type { Selector } from '../read/kustomization.ts';
import { effectiveNamespace } from '../resource/res-id.ts';
import type { Gvk } from '../resource/res-id.ts';
import type { Resource } from '../resource/resource.ts';
import { compileGoStrictly } from './go-regexp.ts';
import { labelMatcher } from './label-selector.ts';

type Test = (text: string) => boolean;

/** A selector's parts as tests; an empty part fits everything. */
export interface SelectorTests {
  readonly gvk: (gvk: Gvk) => boolean;
  readonly name: Test;
  readonly namespace: Test;
}

export function selectorTests(selector: Selector): SelectorTests {
  const group = whole(selector.group);
  const version = whole(selector.version);
  const kind = whole(selector.kind);
  return {
    gvk: (gvk) => group(gvk.group) && version(gvk.version) && kind(gvk.kind),
    name: whole(selector.name),
    namespace: whole(selector.namespace),
  };
}

function whole(pattern: string | undefined): Test {
  if (pattern === undefined || pattern === '') return () => true;
  return compileGoStrictly(`^(?:${pattern})$`);
}

/** Whether an object's labels and annotations are those that a selector asks for. */
export function matchesMetadata(resource: Resource, selector: Selector): boolean {
  return (
    labelMatcher(selector.labelSelector ?? '')(resource.metaMap('labels')) &&
    labelMatcher(selector.annotationSelector ?? '')(resource.metaMap('annotations'))
  );
}

/** The objects a patch's target means, by the names they have or had first. */
export function select(list: readonly Resource[], selector: Selector): Resource[] {
  const tests = selectorTests(selector);
  return list.filter((each) => {
    const ids = [each.originalId, each.id];
    return (
      ids.some((id) => tests.namespace(effectiveNamespace(id))) &&
      ids.some((id) => tests.name(id.name)) &&
      tests.gvk(each.gvk) &&
      matchesMetadata(each, selector)
    );
  });
}
