// Who is signed in on this page.

let me = { name: "", site: {} };

export const actAs = (moderator) => (me = moderator);
export const myName = () => me.name;
