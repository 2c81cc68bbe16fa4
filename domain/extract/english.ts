import type { Language } from "./language.ts";

const listed = (words: string) => words.split(", ");

export const english: Language = {
  code: "en",
  promises: listed("will, 'll, is going to, are going to, promised to, agreed to, committed to, has to, commits to"),
  ownPromises: listed(
    "i'll, i will, i can, i'm going to, i am going to, let me, i promise to, i commit to, i owe you, " +
      "we'll, we will, we can, we're going to, we are going to, we commit to, we owe you, " +
      "leave it with me",
  ),
  actionLabels: listed("action item, action, todo, to do, next step, ai"),
  taskLink: "to",
  taskVerbs: listed(
    "send, share, prepare, draft, check, confirm, call, book, arrange, organise, organize, set up, " +
      "schedule, review, provide, deliver, update, introduce, follow up, get, talk, ask, sign, write, " +
      "bring, file, register, ship, circulate, revise, price, quote, open, create, finalise, finalize, " +
      "submit, upload, test, come back, put, forward, find, collect, agree, invite, present, fix, return, " +
      "work out, chase, line up, hand over, demo, run, escalate, align, push, reply, answer, speak",
  ),
  noPromise: listed(
    "would be, might, could you, can you, will you, would you, can we, could we, should we, will not, " +
      "won't, can't, cannot, not going to, do not think, don't think, if i, if we, as i said, " +
      "already sent",
  ),
  noDeed: listed(
    "be, not, never, need, see, think, have to think, know, want, like, love, probably, depend, cost, " +
      "imagine, understand, tell you that, assure, say that, hear, live, afford, take time, still, only",
  ),
  speakers: listed("i, we"),
  objections: {
    price: listed(
      "too expensive, too high, over budget, out of budget, no budget, budget is gone, budget is frozen, " +
        "above our budget, beyond our budget, can't afford, cannot afford, cheaper, cost too much, " +
        "costs too much, price is a problem, hard to justify the price, hard to justify the cost, " +
        "expensive for, pricing is steep, budget was cut, budget has been cut, " +
        "more than we planned to spend, more than we can spend, sticker shock, too pricey, " +
        "not in the budget, price is still, exceeds our budget",
    ),
    timing: listed(
      "not this quarter, not this year, next year at the earliest, bad time, too early, too soon, " +
        "too busy, no time for, not a priority right now, not now, timeline is too tight, too tight, " +
        "after the freeze, change freeze, can't start before, cannot start before, postpone, " +
        "put it on hold, on hold until, revisit next, wait until, not before, delay the decision, " +
        "no capacity until, come back to this in",
    ),
    competitor: listed(
      "already use, already work with, happy with our current, current vendor, current supplier, " +
        "other vendor, another vendor, competing offer, competitor offers, competing quote, " +
        "comparing you with, also looking at, evaluating, incumbent, existing supplier, locked in with, " +
        "under contract with, alternative from",
    ),
    authority: listed(
      "need approval from, needs approval from, has to sign off, have to ask, need to ask, " +
        "not my decision, not our decision, board has to, board must, procurement has to, procurement must, " +
        "legal has to, cfo has to, can't decide, cannot decide, needs to approve, need to run it by, " +
        "need sign-off, needs sign-off, decided by head office",
    ),
    security: listed(
      "security review, security concerns, security questionnaire, where the data is stored, " +
        "data residency, gdpr, data leave, penetration test, worried about the data, " +
        "worried about security, concerned about security, audit findings, compliance team is worried, " +
        "not allowed to store, data protection, encryption",
    ),
    need: listed(
      "don't need, do not need, don't see the value, do not see the value, don't see why, " +
        "not sure we need, no use for, works fine as it is, good enough, nobody would use, " +
        "missing a feature, lacks, does not support, doesn't support, doesn't integrate, " +
        "does not integrate, not convinced we need, overkill",
    ),
    trust: listed(
      "last time, never delivered, burned before, bad experience, not convinced, references, too risky, " +
        "a risk for us, never heard of, are you sure it, worried you, doubt that, i doubt, we doubt, " +
        "sceptical, skeptical, missed the deadline, support was slow, let us down",
    ),
  },
  noObjection: listed(
    "no concerns, not a problem, no problem with, no issue with, not worried, not concerned, no longer, " +
      "no objection, isn't too, is not too, not too, has passed, passed the, cleared, resolved, " +
      "not expensive, happy with the price, completed, is done, no competitor, without any, signed off, " +
      "approved the, got approval",
  ),
  weekdays: listed("sunday, monday, tuesday, wednesday, thursday, friday, saturday"),
  months: listed("january, february, march, april, may, june, july, august, september, october, november, december"),
  daysOff: { today: 0, tonight: 0, eod: 0, tomorrow: 1 },
  numbers: { a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, ten: 10, twelve: 12 },
  units: {
    day: listed("day, days"),
    week: listed("week, weeks"),
    month: listed("month, months"),
  },
  within: listed("in, within"),
  next: listed("next, following"),
  endOf: {
    week: listed("end of the week, end of week, end of this week, eow"),
    month: listed("end of the month, end of month, end of this month, eom, month end"),
    quarter: listed("end of the quarter, end of quarter, end of this quarter, eoq, quarter end"),
  },
  thousand: listed("k, thousand, grand"),
  million: listed("m, mn, million"),
  currencyWords: {
    dollars: "USD",
    dollar: "USD",
    bucks: "USD",
    euros: "EUR",
    euro: "EUR",
    pounds: "GBP",
    francs: "CHF",
  },
  headers: {
    people: listed("from, to, cc, attendees, participants, present, on the call"),
  },
  closings: listed(
    "best, best regards, regards, kind regards, thanks, many thanks, cheers, thank you, all the best, " + "br",
  ),
  titles: listed("mr, ms, mrs, dr"),
  noNames: listed(
    "The, This, That, These, We, I, It, They, You, He, She, Our, Their, Your, My, If, When, And, But, " +
      "So, Also, Then, There, Hi, Hello, Dear, Re, Fwd, Subject, Action, Next, Monday, Tuesday, " +
      "Wednesday, Thursday, Friday, Saturday, Sunday, January, February, March, April, May, June, July, " +
      "August, September, October, November, December, Who, What, Everyone, Nobody, Somebody, Team, " +
      "Legal, Procurement, Security, Finance, Sales, Support, Engineering, Marketing, Date, Time, Notes, " +
      "Budget, Price, Pricing, Timeline, Status, Agenda, Summary, Call, Meeting, Transcript, Yes, No, Ok, " +
      "Customer, Partner, Vendor, Agreed, Open, Decision, Decisions, Risks, Actions, To, From, Cc, AI, " +
      "TODO, Best, Thanks, Regards, Objections, Todo, Once, After, Before, For, On, In, At, As, With, " +
      "Let",
  ),
};
