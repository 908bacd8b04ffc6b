/**
 * Where the images of a log lie, and whether that is within its folder, with links followed: a log from elsewhere can name any
 * file, and a link in its folder can lead to any. Reads each folder once, as a log names hundreds of thousands of files.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { DataError } from '../../errors.ts';

/** What is known of a folder. */
interface Listed {
  names: ReadonlySet<string>;
  /** Those of them that are links. */
  links: ReadonlySet<string>;
  /** With links followed; undefined where there is no such folder. */
  real?: string;
}

export class ImagePlaces {
  /** Whether images may lie anywhere. */
  readonly follow: boolean;
  readonly #root: string;
  readonly #listed = new Map<string, Listed>();

  /**
   * @param root - the folder within which images are to lie, absolute
   * @param follow - they may lie anywhere instead
   */
  constructor(root: string, follow = false) {
    this.#root = root;
    this.follow = follow;
  }

  /** Whether a file is there. */
  has(path: string): boolean {
    return this.#list(dirname(path)).names.has(basename(path));
  }

  /** Where an image of this name lies: in the first of the folders that has it, else in the first of them. */
  place(name: string, folders: readonly string[]): string {
    return join(folders.find((folder) => this.#list(folder).names.has(name)) ?? folders[0], name);
  }

  /**
   * @param where - what names the image, for the error
   * @returns the path
   * @throws DataError for an image that is there, but not within the root
   */
  within(path: string, where: string): string {
    if (this.follow) return path;
    const { names, links, real } = this.#list(dirname(path));
    const name = basename(path);
    if (real === undefined || !names.has(name)) return path;
    const root = this.#list(this.#root).real ?? this.#root;
    if (isWithin(real, root) && !links.has(name)) return path;
    const target = realTarget(path) ?? join(real, name);
    if (isWithin(target, root)) return path;
    const link = path.startsWith(join(this.#root, sep)) ? ` (it is a link to ${target})` : '';
    throw new DataError(
      `${where}: ${path} lies outside ${this.#root}${link}; say that it is meant: --follow`,
    );
  }

  #list(folder: string): Listed {
    let listed = this.#listed.get(folder);
    if (listed === undefined) {
      listed = list(folder);
      this.#listed.set(folder, listed);
    }
    return listed;
  }
}

/** @throws DataError for a folder that may not be read */
function list(folder: string): Listed {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const links = entries.filter((entry) => entry.isSymbolicLink());
    return {
      names: new Set(entries.map(({ name }) => name)),
      links: new Set(links.map(({ name }) => name)),
      real: realpathSync(folder),
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw new DataError(`${folder}: may not be read (${code})`);
    return { names: new Set(), links: new Set() };
  }
}

/** Undefined where it leads nowhere. */
function realTarget(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

const isWithin = (path: string, folder: string) => path === folder || path.startsWith(join(folder, sep));
