import { certified, identified } from './certificate.ts';
import { denoAddresses, denoConfigurations } from './deno.ts';
import { localFiles } from './files.ts';
import { installations } from './installed.ts';
import { logged, remembered } from './log.ts';
import { packs, tarballs } from './package.ts';
import { lockfiles, places, policies, requests } from './project.ts';
import { said, served } from './registry.ts';
import type { Area } from './row.ts';
import { sboms } from './sbom.ts';
import { enveloped, predicates, statements } from './statement.ts';
import { trust } from './trust.ts';

/** The whole catalogue. */
export const areas: readonly Area[] = [
  served,
  said,
  logged,
  remembered,
  certified,
  identified,
  enveloped,
  statements,
  predicates,
  trust,
  tarballs,
  packs,
  lockfiles,
  sboms,
  requests,
  denoAddresses,
  places,
  installations,
  denoConfigurations,
  policies,
  localFiles,
];
