import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let test: TestServer;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const foos = '/apis/example.com/v1/namespaces/default/foos';

beforeEach(async () => {
  test = await startTestServer();
});
afterEach(() => test.server.close());

const validations = 'x-kubernetes-validations';
const definition = (rule: string): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'foos.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'foos', kind: 'Foo' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['min', 'max'],
                properties: {
                  min: { type: 'integer' },
                  max: { type: 'integer' },
                  fixed: {
                    type: 'string',
                    [validations]: [{ rule: 'self == oldSelf', message: 'fixed is immutable' }],
                  },
                },
                [validations]: [{ rule, message: 'min is above max' }],
              },
              status: {
                type: 'object',
                properties: { now: { type: 'integer' } },
                [validations]: [{ rule: 'self.now >= 0', reason: 'FieldValueForbidden' }],
              },
            },
          },
        },
      },
    ],
  },
});
const foo = (spec: object): object => ({
  apiVersion: 'example.com/v1',
  kind: 'Foo',
  metadata: { name: 'a' },
  spec,
});
const define = async (): Promise<void> => {
  expect((await test.call('POST', definitions, definition('self.min <= self.max'))).status).toBe(
    201,
  );
  for (let tries = 0; tries < 50; tries++) {
    if ((await test.call('GET', foos)).status === 200) return;
    await new Promise(setImmediate);
  }
};

it('rules of a definition hold for every way of writing', async () => {
  await define();
  const refused = await test.call('POST', foos, foo({ min: 2, max: 1 }));
  expect(refused.body).toMatchObject({
    code: 422,
    message: 'Foo.example.com "a" is invalid: spec: Invalid value: "object": min is above max',
    details: {
      causes: [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: "object": min is above max',
          field: 'spec',
        },
      ],
    },
  });
  const made = await test.call('POST', foos, foo({ min: 1, max: 2, fixed: 'x' }));
  expect(made.status).toBe(201);
  const one = `${foos}/a`;
  const put = { ...made.body, spec: { min: 3, max: 2, fixed: 'x' } };
  expect((await test.call('PUT', one, put)).body.message).toContain('min is above max');
  const patched = await test.call('PATCH', one, { spec: { fixed: 'y' } });
  expect(patched.body.message).toBe(
    'Foo.example.com "a" is invalid: spec.fixed: Invalid value: "string": fixed is immutable',
  );
  const applied = await test.call(
    'PATCH',
    `${one}?fieldManager=m&force=true`,
    foo({ min: 5, max: 4 }),
    { 'content-type': 'application/apply-patch+yaml' },
  );
  expect(applied.body.message).toContain('min is above max');
  const status = await test.call('PATCH', `${one}/status`, { status: { now: -1 } });
  expect(status.body.message).toBe(
    'Foo.example.com "a" is invalid: status: Forbidden: failed rule: self.now >= 0',
  );
  expect((await test.call('PATCH', one, { spec: { max: 9 } })).status).toBe(200);
});

it('rules wait until the schema is kept', async () => {
  await define();
  const answer = await test.call('POST', foos, foo({ min: 2 }));
  expect(answer.body.message).toBe(
    'Foo.example.com "a" is invalid: [spec.max: Required value, <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
  );
});

it('a definition with a rule that does not compile is refused', async () => {
  const answer = await test.call('POST', definitions, definition('self.least <= self.max'));
  expect(answer.body).toMatchObject({
    code: 422,
    message:
      'CustomResourceDefinition.apiextensions.k8s.io "foos.example.com" is invalid: ' +
      `spec.versions[0].schema.openAPIV3Schema.properties[spec].${validations}[0].rule: ` +
      'Invalid value: "self.least <= self.max": compilation failed: ' +
      "ERROR: <input>:1:6: undefined field 'least'\n | self.least <= self.max\n | .....^",
  });
});
