import { readPerson } from "../../audit/ledgers/directory.ts";
import type { Sql } from "../../audit/records.ts";
import { lookedUp, namingOf } from "../../domain/alias.ts";
import type { SubjectName } from "./scope.ts";

/** A text by which somebody may be meant. An `id` means them where it stands by itself, a word also within a text. */
export type Word = { readonly text: string; readonly is: "word" | "id" };

/** Whom an erasure is about, beside the name that it is asked under. */
export type KnownAs = {
  /**
   * What systems call the person, where records are sealed under that: of a request that nobody had to be asked about, who
   * asks is not looked up. A name that is somebody else's too is not among them.
   */
  readonly subjects: readonly SubjectName[];
  readonly words: readonly Word[];
};

/** What a person is known as; nothing beside their id for whom the directory does not know, and nothing at all of a case. */
export async function knownAs(sql: Sql, company: string, subject: SubjectName): Promise<KnownAs> {
  if (!subject.startsWith("person:")) return { subjects: [], words: [] };
  const personId = subject.slice("person:".length);
  const own: Word = { text: personId, is: "word" };
  const person = await readPerson(sql, company, personId);
  if (person === undefined) return { subjects: [], words: [own] };
  const aliases = person.aliases.filter(({ alias }) => alias !== personId);
  const words = [own, ...namesOf(person.name), ...aliases.flatMap(({ kind, alias }) => wordsOf(kind, alias))];
  const texts = new Set(aliases.map(({ alias }) => alias));
  const meant = (await personSubjects(sql, company)).filter(
    (name) => name !== subject && textsIn(name).some((text) => texts.has(text)),
  );
  const others = new Set(await othersHolding(sql, company, personId, meant.flatMap(textsIn)));
  return { subjects: meant.filter((name) => !textsIn(name).some((text) => others.has(text))), words };
}

function wordsOf(kind: string, alias: string): readonly Word[] {
  if (kind === "name") return namesOf(alias);
  return [{ text: alias, is: kind === "mail" ? "word" : "id" }];
}

/** `Dana Lee` is `Lee, Dana`. */
function namesOf(name: string): readonly Word[] {
  const [, first, last] = /^(.+) (\S+)$/u.exec(name.trim()) ?? [];
  const turned = first === undefined || last === undefined ? [] : [`${last}, ${first}`];
  return [name, ...turned].map((text) => ({ text, is: "word" }));
}

/** What the directory would look for, of a subject that a request's own words name. */
function textsIn(name: SubjectName): readonly string[] {
  return lookedUp(namingOf(name.slice("person:".length)));
}

async function personSubjects(sql: Sql, company: string): Promise<readonly SubjectName[]> {
  const { rows } = await sql.query<{ name: SubjectName }>({
    name: "person-subjects",
    text: `select name from audit_subject where company = $1 and name > 'person:' and name < 'person;' order by name`,
    values: [company],
  });
  return rows.map(({ name }) => name);
}

/** The texts that are somebody else's too. */
async function othersHolding(
  sql: Sql,
  company: string,
  personId: string,
  texts: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql.query<{ alias: string }>({
    name: "aliases-of-others",
    text: `select a.alias from unnest($2::text[]) as wanted (alias)
           cross join lateral (select * from person_alias x where x.company = $1 and x.alias = wanted.alias offset 0) a
           where a.person_id <> $3`,
    values: [company, texts, personId],
  });
  return rows.map(({ alias }) => alias);
}
