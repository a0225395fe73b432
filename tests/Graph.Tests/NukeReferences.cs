using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Slipway.Graph.Tests;

/// <summary>What an assembly uses of NUKE, read from its metadata: a line per type, and a line per member with its signature.</summary>
internal static class NukeReferences
{
    /// <summary>
    /// As <c>Nuke.Common.NukeBuild</c> and <c>Nuke.Common.NukeBuild static get_RootDirectory() : Nuke.Common.IO.AbsolutePath</c>; sorted.
    /// </summary>
    public static IReadOnlyList<string> In(string assembly)
    {
        using FileStream file = File.OpenRead(assembly);
        using PEReader image = new(file);
        MetadataReader metadata = image.GetMetadataReader();
        HashSet<string> lines = [];
        foreach (TypeReference type in metadata.TypeReferences.Select(metadata.GetTypeReference))
        {
            string name = SignatureNames.Of(metadata, type);
            if (IsNuke(name))
                lines.Add(name);
        }

        foreach (MemberReference member in metadata.MemberReferences.Select(metadata.GetMemberReference))
        {
            if (Owner(metadata, member.Parent) is { } owner && IsNuke(owner))
                lines.Add($"{owner} {Member(metadata, member)}");
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static bool IsNuke(string type) => type.StartsWith("Nuke.", StringComparison.Ordinal);

    private static string? Owner(MetadataReader metadata, EntityHandle parent) =>
        parent.Kind switch
        {
            HandleKind.TypeReference => SignatureNames.Of(metadata, metadata.GetTypeReference((TypeReferenceHandle)parent)),
            HandleKind.TypeSpecification => metadata
                .GetTypeSpecification((TypeSpecificationHandle)parent)
                .DecodeSignature(new SignatureNames(), genericContext: null)
                .Split('<')[0],
            _ => null,
        };

    private static string Member(MetadataReader metadata, MemberReference member)
    {
        string name = metadata.GetString(member.Name);
        if (member.GetKind() == MemberReferenceKind.Field)
            return $"{name} : {member.DecodeFieldSignature(new SignatureNames(), genericContext: null)}";
        MethodSignature<string> signature = member.DecodeMethodSignature(new SignatureNames(), genericContext: null);
        string generic = signature.GenericParameterCount > 0 ? $"`{signature.GenericParameterCount}" : "";
        return $"{(signature.Header.IsInstance ? "" : "static ")}{name}{generic}({string.Join(", ", signature.ParameterTypes)}) "
            + $": {signature.ReturnType}";
    }
}
