"""Reads a Corefile: server blocks with their keys, directives with their arguments and bodies. Nothing is interpreted.

The grammar is that of CoreDNS' Corefile: words between spaces, "quoted words", comments from # on, { at the end of a line
and } alone on one, snippets `(name) { ... }`, `import`, {$VARIABLE}."""
import dataclasses
import glob
import os
import re

SIZE_MAX = 1 << 20  # a Corefile is a few KiB; a ConfigMap holds 1 MiB
DEPTH_MAX = 8  # of braces
IMPORTS_MAX = 64
WORDS_MAX = 200_000  # after imports


class Mistake(Exception):
    """What is wrong, with file and line."""


@dataclasses.dataclass
class Directive:
    """One line with its body: `pods insecure`, or `kubernetes cluster.local { ... }`."""

    name: str
    arguments: list
    body: list
    where: str  # Corefile:12

    def __str__(self):
        return " ".join([self.name, *self.arguments])


@dataclasses.dataclass
class ServerBlock:
    keys: list
    directives: list
    where: str


def lines_of(text, file):
    """[(where, [words])] of the lines that have words; a quoted word may go over several lines."""
    found, words, word, line, at = [], [], None, 1, 0
    began = line
    while at < len(text):
        sign = text[at]
        if word is None and sign == '"':
            at, word = quoted(text, at, f"{file}:{line}")
            line += word.count("\n")
            words.append(word)
            word = None
            continue
        if sign == "#" and word is None:
            at = (text.find("\n", at) + len(text) + 1) % (len(text) + 1)
            continue
        if sign.isspace():
            if word is not None:
                words.append(word)
                word = None
            if sign == "\n":
                if words:
                    found.append((f"{file}:{began}", words))
                words, line = [], line + 1
                began = line
        else:
            word = (word or "") + sign
        at += 1
    words += [word] if word is not None else []
    return found + ([(f"{file}:{began}", words)] if words else [])


def quoted(text, at, where):
    """The place after a quoted word that begins here, and the word."""
    end = at + 1
    while end < len(text) and text[end] != '"':
        end += 2 if text[end : end + 2] == '\\"' else 1
    if end >= len(text):
        raise Mistake(f"{where}: a quoted word begins here and does not end")
    return end + 1, text[at + 1 : end].replace('\\"', '"')


class Reader:
    """One Corefile with what it imports, as `blocks`. `environment`: for {$NAME} and {%NAME%}; `unset`: names that it
    has not; `missing`: (where, pattern) of imports that no file fits."""

    def __init__(self, path, text, environment=None):
        self._folder, self._file = os.path.dirname(path), os.path.basename(path) or "Corefile"
        self._environment = os.environ if environment is None else environment
        self._snippets, self._words, self._imports = {}, 0, 0
        self.blocks, self.unset, self.missing = [], set(), []
        self._read(self._expanded(lines_of(text, self._file)))

    def _expanded(self, lines):
        self._count(sum(len(words) for _, words in lines))
        return [(where, [re.sub(r"\{\$(\w+)\}|\{%(\w+)%\}", self._variable, word) for word in words]) for where, words in lines]

    def _variable(self, found):
        name = found[1] or found[2]
        if name not in self._environment:
            self.unset.add(name)
        return self._environment.get(name, "")

    def _count(self, words):
        self._words += words
        if self._words > WORDS_MAX:
            raise Mistake(f"{self._file}: over {WORDS_MAX} words, with what is imported")

    def _read(self, lines):
        """Server blocks and snippets. Without any brace at its end the first line is the keys of one block, all there is."""
        if lines and lines[0][1][-1] != "{" and not lines[0][1][-1].endswith(",") and lines[0][1][0] != "import":
            self.blocks.append(ServerBlock(keys_of(lines[0][1]), self._body(lines, 1, 0, None)[0], lines[0][0]))
            return
        at = 0
        while at < len(lines):
            where, words = lines[at]
            if words[0] == "import" and len(words) == 2:
                self._read(self._imported(words[1], where))
                at += 1
                continue
            keys = list(words)
            while keys[-1].endswith(",") and at + 1 < len(lines):
                at += 1
                keys += lines[at][1]
            if keys[-1] != "{" or len(keys) < 2:
                raise Mistake(f"{where}: {' '.join(words)[:60]}: a server block is its zones and then {{ on the same line")
            directives, at = self._body(lines, at + 1, 1, where)
            if re.fullmatch(r"\(.+\)", keys[0]) and len(keys) == 2:
                self._snippets[keys[0][1:-1]] = directives
            else:
                self.blocks.append(ServerBlock(keys_of(keys[:-1]), directives, where))

    def _body(self, lines, at, depth, opened):
        """Directives up to the } that ends the block, or to the end of all if `opened` is None; and the line after it."""
        if depth > DEPTH_MAX:
            raise Mistake(f"{opened}: braces inside braces, over {DEPTH_MAX} deep")
        found = []
        while at < len(lines):
            where, words = lines[at]
            if words == ["}"] and opened:
                return found, at + 1
            braces = [place for place, word in enumerate(words) if word and not word.strip("{}")]
            if braces not in ([], [len(words) - 1]) or braces and (words[-1] != "{" or len(words) == 1):
                raise Mistake(f"{where}: {{ stands at the end of a line, and }} alone on one")
            at += 1
            if words[-1] == "{":
                body, at = self._body(lines, at, depth + 1, where)
                found.append(Directive(words[0], words[1:-1], body, where))
            elif words[0] == "import" and len(words) >= 2 and depth <= 1:
                found += self._snippet_or_files(words[1], where)
            else:
                found.append(Directive(words[0], words[1:], [], where))
        if opened:
            raise Mistake(f"{opened}: a block begins here and does not end")
        return found, at

    def _snippet_or_files(self, name, where):
        if name not in self._snippets:
            return self._body(self._imported(name, where), 0, 1, None)[0]
        self._count(len(self._snippets[name]))
        return self._snippets[name]

    def _imported(self, pattern, where):
        """The lines of all files that a pattern names."""
        self._imports += 1
        if self._imports > IMPORTS_MAX:
            raise Mistake(f"{where}: over {IMPORTS_MAX} imports; does one import itself?")
        names = sorted(filter(os.path.isfile, glob.glob(os.path.join(self._folder, pattern))))
        if not names:
            self.missing.append((where, pattern))
        try:
            return [line for name in names for line in self._expanded(lines_of(read(name), os.path.basename(name)))]
        except Mistake as wrong:
            raise Mistake(f"{where}: imports {wrong}") from wrong


def keys_of(words):
    return [key for word in words for key in word.split(",") if key]


def read(path):
    """The text of a file, or Mistake."""
    try:
        with open(path, "rb") as file:
            octets = file.read(SIZE_MAX + 1)
        text = octets.decode()
    except OSError as wrong:
        raise Mistake(f"{path}: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        raise Mistake(f"{path}: octet {wrong.start} is no UTF-8") from wrong
    if len(octets) > SIZE_MAX:
        raise Mistake(f"{path}: over {SIZE_MAX} octets")
    if "\0" in text:
        raise Mistake(f"{path}: a NUL octet in a text")
    return text
