using System.ComponentModel;
using System.Globalization;
using Nuke.Common.IO;

namespace Nuke.Common.Parameters;

/// <summary>From the text of a value to the parameter's type. Errors name the source and never show a secret.</summary>
internal static class ValueConversion
{
    private const string PlaceOfTargets = "; targets come before the first --name";

    /// <exception cref="BuildUsageException">The text does not fit the type.</exception>
    public static object Convert(BuildParameter parameter, GivenValue given)
    {
        IReadOnlyList<string> texts = given.Values;
        if (parameter.Separator is { } separator)
            texts = [.. texts.SelectMany(x => x.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        if (parameter.IsList)
            return List(parameter, texts, given);

        if (texts.Count == 0)
            return parameter.IsSwitch ? true : throw new BuildUsageException($"{given.Source} wants a value{Wanted(parameter)}");
        if (texts.Count > 1)
        {
            string wanted = parameter.IsSwitch ? "is a switch and takes only true or false" : "takes one value";
            string got = parameter.IsSecret ? $"{texts.Count}" : $"{texts.Count}: {string.Join(' ', texts)}";
            throw new BuildUsageException($"{given.Source} {wanted}, got {got}{PlaceOfTargets}");
        }

        return One(parameter, texts[0], given);
    }

    private static Array List(BuildParameter parameter, IReadOnlyList<string> texts, GivenValue given)
    {
        if (texts.Count == 0 && !parameter.MayBeEmpty)
            throw new BuildUsageException($"{given.Source} wants at least one value{Wanted(parameter)}");
        Array list = Array.CreateInstance(parameter.Type.GetElementType()!, texts.Count);
        for (int i = 0; i < texts.Count; i++)
            list.SetValue(One(parameter, texts[i], given), i);
        return list;
    }

    private static object One(BuildParameter parameter, string text, GivenValue given)
    {
        Type type = parameter.ElementType;
        object? value = null;
        if (type == typeof(string))
            value = text;
        else if (type == typeof(bool))
            value = Boolean(text);
        else if (type == typeof(AbsolutePath))
            value = text.Length == 0 ? null : AbsolutePath.Create(Path.GetFullPath(text, given.Base));
        else if (type.IsEnum)
            value = Enum.GetNames(type).FirstOrDefault(x => x.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name
                ? Enum.Parse(type, name)
                : null;
        else
            value = ByConverter(type, text);
        return value ?? throw Unfit(parameter, text, given);
    }

    private static object? Boolean(string text) =>
        text.ToUpperInvariant() switch
        {
            "TRUE" or "1" => true,
            "FALSE" or "0" => false,
            _ => null,
        };

    private static object? ByConverter(Type type, string text)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFrom(null, CultureInfo.InvariantCulture, text);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return null;
        }
    }

    private static BuildUsageException Unfit(BuildParameter parameter, string text, GivenValue given)
    {
        string got = parameter.IsSecret ? "something else (a secret, not shown)" : $"'{text}'";
        string place = parameter.IsSwitch && given.Source == parameter.Flag ? PlaceOfTargets : "";
        string nearest = NearestName.Of(text, parameter.Allowed) is { } name && !parameter.IsSecret ? $"; did you mean {name}?" : "";
        return new BuildUsageException($"{given.Source} wants {Words(parameter)}, got {got}{nearest}{place}");
    }

    private static string Wanted(BuildParameter parameter) => parameter.ElementType == typeof(string) ? "" : ": " + Words(parameter);

    private static string Words(BuildParameter parameter) =>
        parameter.ElementType switch
        {
            { IsEnum: true } => "one of " + string.Join(", ", parameter.Allowed),
            Type x when x == typeof(bool) => "true or false",
            Type x when x == typeof(int) => "a whole number from -2147483648 to 2147483647",
            Type x when x == typeof(long) => "a whole number",
            Type x when x == typeof(AbsolutePath) => "a path",
            Type x => $"a {x.Name}",
        };
}
