import type { Client } from '../clients/install.ts';

/** Runs the hooks of a pre-commit configuration. */
export const prek: Client = {
  name: 'prek',
  package: '@j178/prek',
  version: '0.5.3',
  program: 'bin/prek.js',
};

/** Knows GitLab's schema of pipelines. */
export const gitlabCiLocal: Client = {
  name: 'gitlab-ci-local',
  package: 'gitlab-ci-local',
  version: '4.75.1',
  program: 'dist/index.js',
  node: 24,
};
