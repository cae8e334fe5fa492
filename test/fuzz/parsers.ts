import { archiveParsers } from './parsers-archives.ts';
import { evidenceParsers } from './parsers-evidence.ts';
import { textParsers } from './parsers-text.ts';

/** Everything at the border that makes something of foreign bytes. */
export const parsers = [...textParsers, ...evidenceParsers, ...archiveParsers];
