// What the map says of the site under the pointer: its name at once, the rest as soon as the app has answered. Text only, no markup.

const WAIT_MS = 90, GAP = 14;

export class Tooltip {
  constructor(box) {
    this.box = box;
    this.answers = new Map();
    this.hide();
  }

  hide() {
    clearTimeout(this.timer);
    this.shown = "";
    this.box.style.display = "none";
  }

  show(mark, size, address) {
    const at = `${address}&id=${encodeURIComponent(mark.id)}`;
    if (this.shown === at) return;
    this.hide();
    this.shown = at;
    this.write(mark, this.answers.get(at) ?? [], size);
    if (!this.answers.has(at)) this.timer = setTimeout(() => this.ask(mark, at, size), WAIT_MS);
  }

  async ask(mark, at, size) {
    const answer = await fetch(at);
    if (!answer.ok) return;
    if (this.answers.size > 500) this.answers.clear();
    this.answers.set(at, await answer.json());
    if (this.shown === at) this.write(mark, this.answers.get(at), size);
  }

  write(mark, lines, size) {
    this.words(mark.n, [`#${mark.r} · ${mark.s}`, ...lines], mark.at, size);
  }

  words(title, lines, [x, y], size) {
    this.box.replaceChildren();
    const head = document.createElement("b");
    head.textContent = title;
    this.box.append(head, ...lines.map(line));
    this.box.style.display = "block";
    const { offsetWidth: width, offsetHeight: height } = this.box;
    this.box.style.left = `${Math.max(4, x + GAP + width > size.width ? x - GAP - width : x + GAP)}px`;
    this.box.style.top = `${Math.max(4, Math.min(y - height / 2, size.height - height - 4))}px`;
  }
}

const line = (text) => Object.assign(document.createElement("div"), { textContent: text });
