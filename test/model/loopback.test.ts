import { expect, it } from 'vitest';
import { isLoopback } from '../../src/model/loopback.ts';

it.each([
  ['http://localhost:8080', true],
  ['http://127.0.0.1', true],
  ['http://127.1', true],
  ['http://127.255.0.3', true],
  ['http://[::1]:3000', true],
  ['http://localhost.example.com', false],
  ['http://127.0.0.1.example.com', false],
  ['http://128.0.0.1', false],
  ['http://[::2]', false],
  ['http://0.0.0.0', false],
])('%s: on this machine is %s', (address, expected) => {
  expect(isLoopback(new URL(address).hostname)).toBe(expected);
});
