using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Slipway.Oci;

namespace Slipway.Pages;

/// <summary>
/// A piece of HTML. The one way to make one is an interpolated string, whose literal parts are HTML and whose values are text: they are
/// encoded, and what cannot be shown in them stands as <c>?</c>. So no value is ever a tag, an attribute or a script of its own.
/// </summary>
internal readonly record struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    public static Html Empty { get; }

    public static Html Of(Interpolation text) => new(text.Markup);

    /// <summary>A style or script that is part of this program: the only text that is taken as it is.</summary>
    /// <param name="name">Of the resource, and of the file in this room.</param>
    public static Html Resource(string name)
    {
        using Stream stream = typeof(Html).Assembly.GetManifestResourceStream(name)!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return new Html(reader.ReadToEnd());
    }

    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces));

    public override string ToString() => _markup ?? "";

    /// <summary>What the compiler makes of <c>$"…"</c>. There is no way for an object of any other type into it.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Interpolation
    {
        private readonly StringBuilder _text;

        public Interpolation(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

        public string Markup => _text.ToString();

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(Html piece) => _text.Append(piece._markup);

        public void AppendFormatted(IEnumerable<Html> pieces)
        {
            foreach (Html piece in pieces)
                _text.Append(piece._markup);
        }

        /// <summary>Safe between tags and in a quoted attribute. Its line ends stay: commands have several lines.</summary>
        public void AppendFormatted(string? text) =>
            _text.Append(WebUtility.HtmlEncode(string.Join('\n', (text ?? "").Split('\n').Select(Printable.Line))));

        public void AppendFormatted(long number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

        /// <summary>A number of at most two decimals, as SVG's attributes take it.</summary>
        public void AppendFormatted(double number) => _text.Append(number.ToString("0.##", CultureInfo.InvariantCulture));
    }
}
