import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  toHtml,
  toJson,
  toLink,
  toMarkdown,
  toMarkdownCode,
  toMarkdownLink,
  toPlain,
  toScriptJson,
  toTerminal,
  toWorkflowData,
  toWorkflowProperty,
  toXml,
} from '../../src/report/words/escape.ts';
import { attacks, hostile } from './hostile.ts';

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** Any UTF-16 string, halves of surrogate pairs included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constant(hostile),
);

describe('plain text', () => {
  it('leaves ordinary names in any script alone', () => {
    for (const name of ['@std/path@1.0.8', 'Größe', '標準', 'שלום', 'naïve 👍'])
      expect(toPlain(name)).toBe(name);
  });

  it('never holds what cannot be seen, nor a second line', () => {
    fc.assert(fc.property(anyText, (text) => !unseen.test(toPlain(text))));
  });

  it('says with … that it was cut, and cuts no character in half', () => {
    expect(toPlain('👍'.repeat(20), 5)).toBe('👍👍👍👍…');
    expect(toPlain('x'.repeat(1_000_000)).length).toBe(1000);
    expect(toPlain('\u200b'.repeat(1_000_000))).toBe('…');
  });

  it('does not let combining marks pile up over other lines', () => {
    expect(toPlain(`a${'\u0301'.repeat(50)}`)).toBe(`a${'\u0301'.repeat(3)}`);
  });
});

describe('terminal', () => {
  it('strips escape sequences of seven and eight bits, and line jumps', () => {
    const text = toTerminal(attacks.terminal + attacks.title);
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(text).toContain('red');
  });

  it('strips overrides and isolates of the reading direction', () => {
    expect(toTerminal(attacks.bidi)).toBe('evil');
  });
});

describe('the log of a CI runner', () => {
  it('is given no command, wherever a line is broken', () => {
    expect(toTerminal('x ::stop-commands::y ##[group]z ##vso[task.complete]')).toBe(
      'x : :stop-commands: :y # #[group]z # #vso[task.complete]',
    );
    expect(toTerminal('http://[::1]:8080 a::1')).toBe('http://[::1]:8080 a::1');
    for (const toText of [toHtml, toXml, toMarkdown, toMarkdownCode, (text: string) => toJson({ text })])
      expect(toText('a ##[group]b')).not.toContain('##[');
  });
});

describe('HTML and XML', () => {
  it('leaves no character that could open a tag, close an attribute or begin an entity', () => {
    expect(toHtml(`<a b='c' d="e">&amp;\``)).toBe(
      '&#60;a b&#61;&#39;c&#39; d&#61;&#34;e&#34;&#62;&#38;amp;&#96;',
    );
    fc.assert(fc.property(anyText, (text) => !/[<>"'`]|&(?!#\d+;)/.test(toHtml(text))));
    fc.assert(fc.property(anyText, (text) => !/[<>"']|&(?!#\d+;)/.test(toXml(text))));
  });

  it('keeps to the characters XML 1.0 allows', () => {
    const illegal = /[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
    fc.assert(fc.property(anyText, (text) => !illegal.test(toXml(text))));
  });
});

describe('Markdown', () => {
  it('puts simple text into backticks', () => {
    expect(toMarkdownCode('@std/path@1.0.8')).toBe('`@std/path@1.0.8`');
  });

  it('writes backticks, pipes and backslashes as entities, so that no cell or span ends early', () => {
    expect(toMarkdownCode('a`|\\b')).toBe('<code>a&#96;&#124;&#92;b</code>');
    expect(toMarkdownCode('<img>')).toBe('<code>&#60;img&#62;</code>');
  });

  it('keeps prose readable and turns everything that could mean something into code', () => {
    expect(toMarkdown('signed by https://github.com/evil/std, pinned to @std')).toBe(
      'signed by `https://github.com/evil/std`, pinned to `@std`',
    );
    expect(toMarkdown('**bold** #1 GH-12 1f5b0e3 - [x](y)')).toBe(
      '`**bold**` `#1` `GH-12` `1f5b0e3` `-` <code>&#91;x&#93;&#40;y&#41;</code>',
    );
  });

  it('holds no markup outside code for any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const outside = toMarkdown(text)
          .replace(/<code>(?:[^!-/:-@[-`{-~]|&#\d+;)*<\/code>/gu, '')
          .replace(/`[^`|\\]*`/g, '');
        return !/[`*_[\]<>#|\\@~!&$\n]/.test(outside);
      }),
    );
  });

  it('links only what is safe to link, and nothing in an address can end the link', () => {
    expect(toMarkdownLink('run', 'https://github.com/a/b/actions/runs/1')).toBe(
      '[`run`](https://github.com/a/b/actions/runs/1)',
    );
    expect(toMarkdownLink('run', 'https://e.example/a)b](c')).toBe('[`run`](https://e.example/a%29b%5D%28c)');
    expect(toMarkdownLink('run', attacks.url)).toBe('`run`');
    expect(toMarkdownLink('run', undefined)).toBe('`run`');
  });
});

describe('GitHub workflow commands', () => {
  it('cannot begin a second command or leave its property', () => {
    expect(toWorkflowData('100%\r\n::error::x')).toBe('100%25 ::error::x');
    expect(toWorkflowProperty('a:b,c%\n')).toBe('a%3Ab%2Cc%25 ');
    fc.assert(fc.property(anyText, (text) => !/[\r\n]|%(?!25)/.test(toWorkflowData(text))));
    fc.assert(fc.property(anyText, (text) => !/[\r\n:,]/.test(toWorkflowProperty(text))));
  });
});

describe('JSON', () => {
  it('gives the same value back and is printable as it stands', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const printed = toJson({ text }, 2);
        expect(JSON.parse(printed)).toEqual({ text });
        expect(printed.replaceAll('\n', '')).not.toMatch(unseen);
      }),
    );
  });

  it('cannot close the script element it is embedded in', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const printed = toScriptJson(text);
        expect(JSON.parse(printed)).toBe(text);
        expect(printed).not.toMatch(/[<>&]/);
      }),
    );
  });
});

describe('addresses', () => {
  it('links https, and http to this machine only', () => {
    expect(toLink('https://jsr.io/@std/path')).toBe('https://jsr.io/@std/path');
    expect(toLink('http://127.0.0.1:8080/x')).toBe('http://127.0.0.1:8080/x');
    expect(toLink('http://[::1]/')).toBe('http://[::1]/');
    expect(toLink('http://localhost:1/')).toBe('http://localhost:1/');
    for (const address of [
      'http://jsr.io/',
      'http://127.0.0.1.evil.example/',
      attacks.url,
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      '//evil.example',
      'https://github.com@evil.example/',
      'https://',
      '',
      `https://e.example/${'x'.repeat(3000)}`,
    ])
      expect(toLink(address), address).toBeUndefined();
  });

  it('gives printable ASCII, whatever was in the address', () => {
    fc.assert(
      fc.property(anyText, (text) =>
        /^[^\x00-\x20\x7f-\uffff"<>\\^`{|}]*$/.test(toLink(`https://e.example/${text}`) ?? ''),
      ),
    );
    fc.assert(
      fc.property(anyText, (text) => /^[\x21-\x7e]*$/.test(toLink(`https://e.example/#${text}`) ?? '')),
    );
  });
});
