/** `ß=ss ø=o`: what is written for a letter. */
function table(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(/\s+/).map((pair) => pair.split("="));
  return new Map(pairs.map(([letter = "", written = ""]) => [letter, written]));
}

/** Letters that decomposition leaves as they are, and those of other alphabets, as they are usually written in Latin ones. */
const spelled = table(`ß=ss ø=o đ=d ð=d ł=l ı=i þ=th æ=a œ=o ħ=h ŋ=n ə=e
  
  а=a
  б=b
  в=v
  г=g
  ґ=g
  д=d
  е=e
  ж=zh
  з=z
  и=i
  і=i
  к=k
  л=l
  м=m
  
  н=n о=o п=p р=r с=s т=t у=u ф=f х=h ц=ts ч=ch ш=sh щ=shch
  ъ= ы=i ь= э=e ю=yu я=ya є=ye ј=j љ=lj њ=nj џ=dz ћ=c ђ=d
  α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n
  ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o`);

/** Ways of writing one sound, so that `Müller` is `Mueller`, `Яндекс` is `Yandex` and `Håkan` is `Haakan`. */
const soundAlike = [
  [/ks/g, "x"],
  [/kh/g, "h"],
  [/([aou])e/g, "$1"],
  [/aa/g, "a"],
  [/iy|ij|yi|ii/g, "i"],
] as const;

/** Letters and digits that are taken for one another on a screen. */
const lookAlike = table(`0=o 1=l 3=e 5=s і=i а=a е=e о=o р=p с=c у=y х=x ѕ=s
  ј=j һ=h ԁ=d ԛ=q ԝ=w ӏ=l к=k м=m т=t в=b н=h г=r п=n
  α=a ο=o ν=v ρ=p ι=i κ=k τ=t υ=u χ=x ε=e η=n ω=w γ=y`);

const each = (text: string, written: ReadonlyMap<string, string>) =>
  Array.from(text, (letter) => written.get(letter) ?? letter).join("");

/** Lower case, compatibility forms folded, no accents: `ＭÜＬＬＥＲ` is `muller`. */
export function unaccented(text: string): string {
  return text.normalize("NFKC").toLowerCase().normalize("NFKD").replaceAll(/\p{M}/gu, "");
}

/** How a text sounds in Latin letters, whatever alphabet it is written in. What is in no table stays as it is. */
export function soundOf(text: string): string {
  const latin = each(unaccented(text), spelled);
  return soundAlike.reduce((heard, [ways, one]) => heard.replaceAll(ways, one), latin);
}

/** What a text looks like at a glance: `he1ios` and `helios`, `аррӏе` and `apple`. */
export function lookOf(text: string): string {
  return each(unaccented(text), lookAlike).replaceAll("rn", "m").replaceAll("vv", "w");
}
