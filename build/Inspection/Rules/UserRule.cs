using System.Text;

namespace Slipway.Inspection;

/// <summary>The user that the image runs as, and its group, are lines of the image's own passwd(5) and group(5).</summary>
internal sealed class UserRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        if (image.Config.User is not { Length: > 0 } user)
            yield break;
        string[] parts = user.Split(':', 2);
        foreach ((string name, string file) in parts.Zip(["etc/passwd", "etc/group"]))
        {
            if (!Lines(image, file).Any(line => line[0] == name || line.ElementAtOrDefault(2) == name))
                yield return image.ViolationOf(
                    $"user {user}",
                    "user",
                    $"/{file} has no '{name}'",
                    $"Add it to 'accounts' in images/{image.Definition.Name}/image.yaml"
                );
        }
    }

    private static IEnumerable<string[]> Lines(InspectedPlatform image, string path) =>
        Encoding
            .UTF8.GetString((image.Found.FileAt(path)?.File?.Text ?? ReadOnlyMemory<byte>.Empty).Span)
            .Split('\n')
            .Select(line => line.Split(':'));
}
