import forms from "cleanco/data.js";
import { unaccented } from "./letters.ts";

/** Written forms that the library lacks, with commas between. */
const more = `GmbH & Co. KG, GmbH & Co. KGaA, GmbH & Co. OHG, AG & Co. KG, AG & Co. KGaA, SE & Co. KGaA, SE & Co. KG, KG, UG,
  UG (haftungsbeschränkt), UG (haftungsbeschränkt) & Co. KG, mbH, gGmbH, gAG, eG, eK, e.K., SE, Stiftung, i.L., i.G., i.Gr.,
  K.K., Kabushiki Kaisha, Y.K., G.K., 株式会社, 有限会社, 合同会社, 有限公司, 股份有限公司, 有限责任公司, 集团, 주식회사, 유한회사, ㈜,
  S.A. de C.V., S.A.P.I. de C.V., S.A.B. de C.V., S. de R.L. de C.V., S.A.U., S.L.U., S.A.S.U., S.C.R.L., S.R.L.S.,
  S.p.A., S.c.a r.l., S.p.z o.o., Sp. z o.o., Sp. z o.o. sp.k., S.K.A., P.S.A., EIRELI, ME, EPP, MEI, Ltda. ME, S/A,
  Pty Limited, Proprietary Limited, Pvt Ltd, Private Limited, Pte Limited, Public Limited Company, L.L.C., P.L.L.C., P.B.C.,
  Co., Ltd., Co. Limited, Company Limited, Corp. Ltd., Corporation Limited, Public Company Limited, PCL, W.L.L., FZE, FZCO,
  FZ-LLC, DMCC, PJSC, P.J.S.C., QSC, K.S.C., A.Ş., Ltd. Şti., Limited Şirketi, Anonim Şirketi, SCE, SCEA, SELARL, SCI, EURL, Société Anonyme, Aktiebolag,
  Aktieselskab, Anpartsselskab, IVS, KB, Osakeyhtiö, Oyj Abp, Abp, hf, ehf, BV, NV, C.V., V.O.F., Besloten Vennootschap,
  Naamloze Vennootschap, BVBA, SRL, SC, CommV, OÜ, TÜ, MTÜ, SIA, UAB, A/S, ApS, d.o.o., d.d., j.d.o.o., Kft., Zrt., Nyrt., Bt.,
  EOOD, OOD, AD, EAD, SA, SNC, S.a r.l., Sagl, Sàrl, ЕООД, ООД, АД, ООО, ОАО, ЗАО, ПАО, АО, ИП, НАО, ТОВ, ТОО, ПрАТ, ПАТ, ФОП,
  Α.Ε., Ε.Π.Ε., Ι.Κ.Ε., Ο.Ε., Inc, Incorporated, Corp, Corporation, Co, LLC, LLP, LP, Ltd, Limited, PLC, Trust, N.A., Tbk,
  Persero Tbk, Sdn Bhd, Berhad, Bhd, JSC, CJSC, OJSC, LLC JSC, LTDA, S.A., S.L., AB (publ), ASA, ANS, DA`;

/** Forms that are written before the name, as in `PT Astra` and `ООО Ромашка`. */
const before = `PT, P.T., CV, UD, TOO, ТОО, OOO, ООО, OAO, ОАО, ZAO, ЗАО, PAO, ПАО, AO, АО, TOV, ТОВ, IP, ИП, SIA, UAB, AB, AS, OÜ, SC,
  株式会社, 有限会社, 合同会社, 주식회사, ㈜, The, Fa., Firma`;

/** Forms of scripts that leave no space between words, where a name begins or ends. */
const joinedForms =
  /^(?:株式会社|有限会社|合同会社|주식회사|유한회사)|(?:株式会社|有限会社|合同会社|股份有限公司|有限责任公司|有限公司|集团|주식회사|유한회사)$/gu;

/** Words of a name as they are compared: no accents, dots or other signs, `&` as `and`, single letters together as `s.a.` is. */
export function wordsOf(name: string): readonly string[] {
  const plain = unaccented(name)
    .replaceAll(/[&+]/g, " and ")
    .replaceAll(/(?<=\p{L})[.'’`´/](?=\p{L}(?![\p{L}\p{N}]))/gu, "")
    .replaceAll(/['’`´]/g, "")
    .replaceAll(joinedForms, " $& ");
  const words = plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  return words.reduce<string[]>((joined, word, at) => {
    const joins = word.length === 1 && words[at - 1]?.length === 1;
    return joins ? [...joined.slice(0, -1), `${joined.at(-1) ?? ""}${word}`] : [...joined, word];
  }, []);
}

const listed = (text: string) => text.split(/,\s/).map((form) => form.trim());
const asKey = (words: readonly string[]) => words.join(" ");
/** In the library as a form, and in names as a country. */
const NO_FORM = "uk";

const endings: ReadonlySet<string> = new Set(
  [...Object.values(forms.terms_by_type), ...Object.values(forms.terms_by_country), listed(more)]
    .flat()
    .map((form) => asKey(wordsOf(form)))
    .filter((form) => form !== "" && form !== NO_FORM),
);
const beginnings: ReadonlySet<string> = new Set(listed(before).map((form) => asKey(wordsOf(form))));
const MOST_WORDS = 6;

/** A name's words without its legal forms, at its end and at its start. Some word always stays. */
export function withoutLegalForm(words: readonly string[]): readonly string[] {
  let [from, to] = [0, words.length];
  for (let size = Math.min(MOST_WORDS, to - 1); size > 0; size -= 1) {
    if (size >= to || !endings.has(asKey(words.slice(to - size, to)))) continue;
    to -= size;
    if (words[to - 1] === "and" && to > 1) to -= 1;
    size = Math.min(MOST_WORDS, to - 1) + 1;
  }
  while (to - from > 1 && beginnings.has(words[from] ?? "")) from += 1;
  return words.slice(from, to);
}
