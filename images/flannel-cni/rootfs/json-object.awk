# Says by its exit code whether its input is one JSON object (RFC 8259) and a newline behind it: 0 it is, 1 it is not. No
# byte order mark, UTF-8 only, at most 200 levels deep. To be run in the C locale: a character of an expression is a byte.
#
# Whatever is a value becomes one mark, from the inside to the outside, until one mark is left: a string becomes \001,
# any other value \002. Neither can stand in JSON, so what comes with one is refused first.
BEGIN {
  # Nor can \003, so all of the input is one record, or what is behind the first one refuses it.
  RS = "\003"
  tail = "[\200-\277]"
  wide = "[\302-\337]" tail
  wide = wide "|\340[\240-\277]" tail "|[\341-\354\356\357]" tail tail "|\355[\200-\237]" tail
  wide = wide "|\360[\220-\277]" tail tail "|[\361-\363]" tail tail tail "|\364[\200-\217]" tail tail
  hex = "[0-9A-Fa-f]"
  escape = "\\\\([\"\\\\/bfnrt]|u" hex hex hex hex ")"
  string = "\"([] !#-[^-~\177]|" escape "|" wide ")*\""
  number = "-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?"
  value = "[\001\002]"
  list = "\\[(" value "(," value ")*)?\\]"
  object = "\\{(\001:" value "(,\001:" value ")*)?\\}"
}

NR > 1 || /[\001\002]/ { refused = 1; exit }

{
  gsub(string, "\001")
  gsub(number, "\002")
  gsub(/true|false|null/, "\002")
  gsub(/[ \t\n\r]/, "")
  # A list cannot be told from an object once it is a mark.
  if (!/^\{.*\}$/) { refused = 1; exit }
  for (levels = 0; levels < 200 && gsub(list "|" object, "\002"); levels++);
  refused = $0 != "\002"
}

END { exit refused || NR == 0 }
