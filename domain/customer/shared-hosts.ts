import mailHosts from "email-providers";

/**
 * Hosts where anybody may have an address, a page or a shop: who has one there is not who the host belongs to. Mail hosts are a
 * library's list; the others are kept here, by what people who register deals really write.
 */

/** What a host is for, as a sentence goes on: `gmail.com gives mail addresses to anybody`. */
const uses = {
  mail: "gives mail addresses to anybody",
  profile: "shows profiles of anybody",
  shop: "is a shop that others sell in",
  page: "gives pages to anybody",
  form: "keeps forms and files of anybody",
} as const;
type Use = keyof typeof uses;

/** In the library's list, yet nobody's mail: it is kept for examples. */
const NO_MAIL_HOST = "example.com";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** A host with all below it, or with a path where the rest of the host is its owner's. */
const hosts: { readonly [use in Use]: readonly string[] } = {
  mail: words(`fastmail.com fastmail.fm tutanota.com tutanota.de tuta.io tuta.com posteo.de mailbox.org duck.com zoho.eu
    skiff.com onmail.com mailfence.com privaterelay.appleid.com`),
  profile:
    words(`facebook.com fb.com fb.me messenger.com instagram.com instagr.am threads.net threads.com linkedin.com lnkd.in
    x.com twitter.com t.co youtube.com youtu.be tiktok.com snapchat.com reddit.com quora.com xing.com viadeo.com vk.com
    ok.ru weibo.com wechat.com line.me kakao.com whatsapp.com wa.me telegram.org telegram.me t.me discord.com discord.gg
    vimeo.com twitch.tv flickr.com imgur.com soundcloud.com spotify.com behance.net dribbble.com deviantart.com
    bsky.app mastodon.social tumblr.com medium.com substack.com patreon.com github.com gitlab.com bitbucket.org
    linktr.ee about.me bio.link beacons.ai taplink.cc crunchbase.com wellfound.com angel.co producthunt.com kununu.com
    meetup.com nextdoor.com foursquare.com wikipedia.org wikidata.org goo.gl bit.ly tinyurl.com ow.ly g.page
    maps.google.com plus.google.com business.google.com google.com/maps google.com/search maps.app.goo.gl maps.apple.com
    bing.com/maps northdata.com northdata.de companieshouse.gov.uk opencorporates.com zoominfo.com dnb.com/business-directory`),
  shop: words(`myshopify.com shopify.com shop.app square.site squareup.com bigcartel.com ecwid.com company.site gumroad.com
    storenvy.com bigcommerce.com mybigcommerce.com volusion.com shopware.store tienda-nube.com tiendanube.com
    mitiendanube.com nuvemshop.com.br lojaintegrada.com.br aliexpress.com alibaba.com 1688.com taobao.com tmall.com
    temu.com wish.com allegro.pl bol.com cdiscount.com kaufland.de shopee.com lazada.com tokopedia.com redbubble.com
    teespring.com zazzle.com faire.com ankorstore.com g2.com capterra.com`),
  page: words(`wixsite.com wix.com wixstudio.com wixstudio.io editorx.io squarespace.com weebly.com weeblysite.com wordpress.com
    jimdo.com jimdosite.com jimdofree.com strikingly.com mystrikingly.com site123.com site123.me webflow.io
    notion.site notion.so carrd.co godaddysites.com business.site sites.google.com hubspotpagebuilder.com hs-sites.com
    hubspotpagebuilder.eu framer.website framer.app framer.ai framer.media typedream.app tilda.ws tilda.cc yolasite.com
    ueniweb.com webador.com webnode.com webnode.page zyrosite.com site.pro canva.site my.canva.site unbounce.com
    unbouncepages.com instapage.com leadpages.co clickfunnels.com systeme.io duda.co webs.com angelfire.com
    lovable.app replit.app replit.dev repl.co glitch.me surge.sh bubbleapps.io softr.app glide.page
    vercel.app netlify.app pages.dev workers.dev herokuapp.com onrender.com fly.dev web.app firebaseapp.com
    appspot.com run.app azurewebsites.net azurestaticapps.net azureedge.net cloudapp.net cloudapp.azure.com
    windows.net cloudfront.net amazonaws.com awsapps.com amplifyapp.com elasticbeanstalk.com digitaloceanspaces.com
    ondigitalocean.app ngrok.io ngrok.app ngrok-free.app trycloudflare.com duckdns.org no-ip.org ddns.net dyndns.org
    archive.org webcache.googleusercontent.com translate.goog`),
  form: words(`docs.google.com drive.google.com forms.google.com forms.gle google.com/forms calendar.google.com
    forms.office.com forms.microsoft.com forms.cloud.microsoft 1drv.ms onedrive.live.com sharepoint.com onmicrosoft.com
    typeform.com jotform.com jotform.me jotformeu.com surveymonkey.com formstack.com tally.so cognitoforms.com paperform.co
    wufoo.com 123formbuilder.com formsite.com zohopublic.com airtable.com smartsheet.com calendly.com doodle.com
    dropbox.com box.com wetransfer.com we.tl scribd.com slideshare.net issuu.com eventbrite.com mailchi.mp
    list-manage.com trello.com atlassian.net miro.com loom.com zoom.us`),
};

/** The same host under every country's suffix: `amazon.de`, `ebay.co.uk`. */
const everywhere: { readonly [label: string]: Use } = {
  amazon: "shop",
  ebay: "shop",
  etsy: "shop",
  mercadolibre: "shop",
  mercadolivre: "shop",
  rakuten: "shop",
  shopee: "shop",
  lazada: "shop",
  pinterest: "profile",
  yelp: "profile",
  tripadvisor: "profile",
  trustpilot: "profile",
  glassdoor: "profile",
  indeed: "profile",
  blogger: "page",
};

const kept: ReadonlyMap<string, Use> = new Map([
  ...mailHosts.filter((host) => host !== NO_MAIL_HOST).map((host) => [host, "mail"] as const),
  ...Object.entries(hosts).flatMap(([use, known]) => known.map((host) => [host, use as Use] as const)),
]);

/** What a host has in common with no customer, or undefined. `path` begins with `/`; `label` is the registrable domain's own. */
export function sharedUse({ host, path, label }: { host: string; path: string; label: string }): string | undefined {
  const [, first = ""] = path.toLowerCase().split("/");
  const parts = host.split(".");
  for (let from = 0; from < parts.length - 1; from += 1) {
    const above = parts.slice(from).join(".");
    const use =
      kept.get(above) ?? (from === 0 || parts[from - 1] === "www" ? kept.get(`${above}/${first}`) : undefined);
    if (use !== undefined) return `${above} ${uses[use]}`;
  }
  const use = Object.hasOwn(everywhere, label) ? everywhere[label] : undefined;
  return use === undefined ? undefined : `${host} ${uses[use]}`;
}
