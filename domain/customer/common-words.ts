import { soundOf } from "./letters.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/).map(soundOf));

/** What one company calls its parts and its whole: two names that differ in these alone are near. */
export const corporateWords = words(`group gruppe groupe grupo gruppo groep koncern concern holding holdings beteiligung
  beteiligungs international internacional internationale intl global worldwide world corporate company corporation
  enterprise enterprises hq official online web
  europe europa emea apac americas latam nordic nordics baltic benelux dach iberia asia africa
  germany deutschland de austria osterreich switzerland schweiz suisse svizzera france italy italia spain espana
  portugal netherlands nederland holland belgium belgie belgique luxembourg uk gb britain england ireland scotland wales
  denmark danmark sweden sverige norway norge finland suomi iceland poland polska czechia czech slovakia hungary
  magyarorszag romania bulgaria greece hellas turkey turkiye ukraine russia usa us america canada mexico brasil brazil
  argentina chile colombia peru china japan korea taiwan singapore malaysia indonesia thailand vietnam philippines india
  australia israel egypt uae dubai ksa nigeria kenya`);

/** What says nothing of which company it is when it stands alone, in a name or as a domain's label. */
export const commonWords = words(`shop store hotel restaurant bank insurance info mail news media web data cloud digital
  software tech technology technologies solutions solution systems system services service consulting logistics
  transport energy power solar water food health medical pharma clinic hospital school university college academy
  city metro national federal state general first united central standard universal royal premier prime advanced
  smart green blue red black white north south east west new star sun home house auto car cars bike travel tours
  real estate immobilien bau build building construction design studio agency marketing finance capital invest
  partner partners team office work jobs job law legal tax audit trade trading import export industry industries
  industrial engineering automation electric electronics machine tools steel metal plastics paper print textile fashion
  sport sports music film game games art book books kids pet pets garden flowers coffee tea wine beer pizza bakery
  app apps site page www test demo example customer client kunde acme1 the my best top one go get net it and und et y`);

/** What stands between the words of a name. */
export const particles = words(
  "of the and for do da dos das de del della di du des la le el y e et und van von der den het",
);
