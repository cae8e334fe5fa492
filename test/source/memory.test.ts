import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compareAndSwap, readMemory, startOver } from '../../src/source/cache/log-memory.ts';
import { filesOf, folder } from './folder.ts';

const checkpoint = 'rekor.sigstore.dev - 1193050959916656506\n42\nAAAA=\n\n— rekor c2ln\n';

describe('what is remembered', () => {
  it('is nothing at first, without a folder', async () => {
    expect(await readMemory(join(folder(), 'not', 'there'))).toEqual({ state: 'known', entries: new Map() });
  });

  it('is there in the next run, with everything else', async () => {
    const dir = join(folder(), 'memory');
    for (const [key, value] of [
      ['rekor', checkpoint],
      ['__proto__', 'x'],
      ['', '\ud83d\ude00 \u0000'],
    ] as const)
      expect(await compareAndSwap(dir, key, undefined, value)).toEqual({ state: 'swapped' });
    expect(await readMemory(dir)).toEqual({
      state: 'known',
      entries: new Map([
        ['rekor', checkpoint],
        ['__proto__', 'x'],
        ['', '\ud83d\ude00 \u0000'],
      ]),
    });
  });

  it('changes only from what was seen', async () => {
    const dir = folder();
    expect(await compareAndSwap(dir, 'a', 'old', 'new')).toEqual({ state: 'changed', found: undefined });
    await compareAndSwap(dir, 'a', undefined, '1');
    expect(await compareAndSwap(dir, 'a', undefined, '2')).toEqual({ state: 'changed', found: '1' });
    expect(await compareAndSwap(dir, 'a', '0', '2')).toEqual({ state: 'changed', found: '1' });
    expect(await compareAndSwap(dir, 'a', '1', '2')).toEqual({ state: 'swapped' });
    expect(await readMemory(dir)).toEqual({ state: 'known', entries: new Map([['a', '2']]) });
  });

  it('is one file, however often it changed', async () => {
    const dir = folder();
    for (let n = 0; n < 20; n++) await compareAndSwap(dir, 'a', n === 0 ? undefined : `${n - 1}`, `${n}`);
    expect(filesOf(dir).map((file) => basename(file))).toEqual(['memory.20.json']);
  });

  it('is not more than can be read again', async () => {
    const dir = folder();
    expect(await compareAndSwap(dir, 'a', undefined, 'x'.repeat(1_000_000))).toMatchObject({
      state: 'unavailable',
    });
    expect(await readMemory(dir)).toMatchObject({ state: 'known' });
    expect(filesOf(dir)).toEqual([]);
  });
});

describe('damage', () => {
  it('at any byte is said, never taken for emptiness, and never written over', async () => {
    const dir = folder();
    await compareAndSwap(dir, 'rekor', undefined, checkpoint);
    const [file = ''] = filesOf(dir);
    const sound = readFileSync(file);
    for (let at = 0; at < sound.length; at++)
      for (const bit of [0x01, 0x80]) {
        const damaged = Buffer.from(sound);
        damaged[at] = (damaged[at] ?? 0) ^ bit;
        writeFileSync(file, damaged);
        expect(await readMemory(dir)).toMatchObject({ state: 'corrupted', file });
        expect(await compareAndSwap(dir, 'rekor', undefined, 'x')).toMatchObject({
          state: 'corrupted',
          file,
        });
        expect(readFileSync(file)).toEqual(damaged);
      }
  });

  it('by a cut at any length is said', async () => {
    const dir = folder();
    await compareAndSwap(dir, 'rekor', undefined, checkpoint);
    const [file = ''] = filesOf(dir);
    const sound = readFileSync(file);
    for (let length = 0; length < sound.length; length++) {
      writeFileSync(file, sound.subarray(0, length));
      expect(await readMemory(dir)).toMatchObject({ state: 'corrupted', file });
    }
    writeFileSync(file, Buffer.alloc(3_000_000));
    expect(await readMemory(dir)).toMatchObject({ state: 'corrupted', why: 'larger than the limit' });
  });

  it.each(['[]', '{"version":2,"entries":{}}', '{"version":1}', '{"version":1,"entries":{"a":1}}', 'x'])(
    'with a right digest is said: %s',
    async (json) => {
      const { createHash } = await import('node:crypto');
      const dir = folder();
      writeFileSync(
        join(dir, 'memory.1.json'),
        `${createHash('sha256').update(json).digest('hex')}\n${json}`,
      );
      expect(await readMemory(dir)).toMatchObject({ state: 'corrupted' });
    },
  );

  it('is put aside, not lost, when somebody decides to start over', async () => {
    const dir = folder();
    await compareAndSwap(dir, 'rekor', undefined, checkpoint);
    const [file = ''] = filesOf(dir);
    writeFileSync(file, 'damage');
    expect(await startOver(dir)).toEqual({ state: 'known', entries: new Map() });
    expect(readFileSync(`${file}.corrupted`, 'utf8')).toBe('damage');
    expect(await compareAndSwap(dir, 'rekor', undefined, checkpoint)).toEqual({ state: 'swapped' });
    expect(await readMemory(dir)).toMatchObject({ entries: new Map([['rekor', checkpoint]]) });
  });

  it('puts a file with an absurd number aside, and goes on from the last state there is', async () => {
    const dir = folder();
    await compareAndSwap(dir, 'rekor', undefined, checkpoint);
    const absurd = join(dir, 'memory.1000000001.json');
    writeFileSync(absurd, readFileSync(join(dir, 'memory.1.json')));
    expect(await readMemory(dir)).toMatchObject({ state: 'corrupted', file: absurd });
    expect(await compareAndSwap(dir, 'rekor', checkpoint, 'newer')).toMatchObject({ state: 'corrupted' });
    expect(await startOver(dir)).toEqual({ state: 'known', entries: new Map() });
    expect(filesOf(dir).map((file) => basename(file))).toEqual([
      'memory.1000000001.json.corrupted',
      'memory.2.json',
    ]);
  });

  it('that is none is not put aside', async () => {
    const dir = folder();
    await compareAndSwap(dir, 'rekor', undefined, checkpoint);
    expect(await startOver(dir)).toEqual({ state: 'known', entries: new Map([['rekor', checkpoint]]) });
  });
});

describe('trouble with the folder', () => {
  it('is said, and is not emptiness', async () => {
    const dir = join(folder(), 'file');
    writeFileSync(dir, 'in the way');
    expect(await readMemory(dir)).toMatchObject({ state: 'unavailable', file: dir });
    expect(await compareAndSwap(dir, 'a', undefined, '1')).toMatchObject({ state: 'unavailable' });
    expect(await startOver(dir)).toMatchObject({ state: 'unavailable' });
  });

  it('such as a folder in place of the file, too', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'memory.7.json'));
    expect(await readMemory(dir)).toMatchObject({ state: 'unavailable' });
  });

  it('such as no permission to write, too', async ({ skip }) => {
    skip((process.getuid?.() ?? 0) === 0, 'root may write everywhere, and so may the users of Windows');
    const dir = folder();
    chmodSync(dir, 0o500);
    expect(await compareAndSwap(dir, 'a', undefined, '1')).toMatchObject({ state: 'unavailable' });
  });
});

describe('several at once', () => {
  it('in one process: every change is made exactly once', async () => {
    const dir = folder();
    const add = async (who: number): Promise<void> => {
      for (;;) {
        const memory = await readMemory(dir);
        if (memory.state !== 'known') throw new Error(memory.why);
        const old = memory.entries.get('sum');
        if (old?.split(',').includes(String(who))) return;
        const swap = await compareAndSwap(dir, 'sum', old, `${old ?? ''}${who},`);
        if (swap.state === 'swapped') return;
        if (swap.state !== 'changed') throw new Error(swap.why);
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, who) => add(who)));
    const memory = await readMemory(dir);
    const sum = memory.state === 'known' ? (memory.entries.get('sum') ?? '') : '';
    expect(
      sum
        .split(',')
        .slice(0, -1)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 12 }, (_, who) => who));
  });

  it('in three processes, one of them killed: every change that was confirmed is there, and nothing else', async () => {
    const dir = folder();
    const module = pathToFileURL(join(import.meta.dirname, '../../src/source/cache/log-memory.ts')).href;
    const program = `
      const { readMemory, compareAndSwap } = await import(${JSON.stringify(module)});
      const [dir, who] = process.argv.slice(1);
      for (let n = 0; n < 25; n++)
        for (;;) {
          const memory = await readMemory(dir);
          if (memory.state !== 'known') throw new Error(JSON.stringify(memory));
          const old = memory.entries.get('sum');
          if (old?.split(',').includes(who + n)) { console.log(who + n); break; }
          const swap = await compareAndSwap(dir, 'sum', old, (old ?? '') + who + n + ',');
          if (swap.state === 'swapped') { console.log(who + n); break; }
          if (swap.state !== 'changed') throw new Error(JSON.stringify(swap));
        }`;
    const loader = pathToFileURL(join(import.meta.dirname, '../../scripts/typescript.js')).href;
    const run = promisify(execFile);
    const start = (who: string) =>
      run(process.execPath, ['--import', loader, '--input-type=module', '-e', program, dir, who]);
    const victim = start('c');
    const died = victim.catch((error: { stdout: string }) => error);
    victim.child.stdout?.once('data', () => victim.child.kill('SIGKILL'));
    const outcomes = await Promise.all([start('a'), start('b'), died]);
    const confirmed = outcomes.flatMap(({ stdout }) => stdout.trim().split('\n'));
    const memory = await readMemory(dir);
    const found = memory.state === 'known' ? (memory.entries.get('sum') ?? '').split(',').slice(0, -1) : [];
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(expect.arrayContaining(confirmed));
    // The one that was killed may have died between its change and saying so.
    expect(found.length - confirmed.length).toBeLessThanOrEqual(1);
    expect(confirmed.length).toBeGreaterThan(50);
  });
});
