import { shellWord } from '../../view/shell-word.js';
import { check, evidence, type Check } from '../check.js';

export const repositoryState: Check = check({
  id: 'repository.state',
  group: 'repository',
  level: 'P3',
  title: 'the repository has nothing that is changed and not committed',
  matters: 'what runs should be what was reviewed',
  components: ['repository'],
  needs: ['repository'],
  windowMs: 60_000,
  examine: ({ repository }) => {
    const { branch, commit, subject, changedFiles, untrackedFiles } = repository.value;
    const figures = { branch, commit, changed: changedFiles, untracked: untrackedFiles };
    const where = `${branch} at ${commit === null ? 'no commit yet' : `${commit} "${subject ?? ''}"`}`;
    // Files that git does not know change nothing that runs: they are told, and no warning.
    const says = `${where}, ${changedFiles} changed, ${untrackedFiles} untracked files`;
    const proof = [evidence(repository, says)];
    if (changedFiles === 0) return { status: 'OK', says, evidence: proof, figures };
    return {
      status: 'WARN',
      says,
      evidence: proof,
      remedy: {
        does: 'look at what is changed, then commit it or put it back',
        command: `git -C ${shellWord(repository.value.path)} status`,
        risk: 'none: it only looks',
        gate: null,
      },
      figures,
    };
  },
});
