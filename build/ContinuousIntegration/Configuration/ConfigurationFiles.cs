using System.Text;

namespace Nuke.Common.CI;

/// <summary>The CI servers' files of a build class: generates them, and says which are not as they would be generated.</summary>
public sealed class ConfigurationFiles
{
    /// <summary>NUKE's parameter that asks for them.</summary>
    public const string ParameterName = "generate-configuration";

    private readonly ConfigurationContext _context;

    public ConfigurationFiles(Type build, ConfigurationContext context)
    {
        ArgumentNullException.ThrowIfNull(build);
        _context = context;
        Generators =
        [
            .. build.GetCustomAttributes(inherit: true).OfType<IConfigurationGenerator>().OrderBy(x => x.Id, StringComparer.Ordinal),
        ];
        if (Generators.GroupBy(x => x.ConfigurationFile).FirstOrDefault(x => x.Count() > 1) is { } twice)
            throw new InvalidOperationException($"{string.Join(" and ", twice.Select(x => x.Id))} both generate {twice.Key}.");
    }

    /// <summary>By their ids.</summary>
    public IReadOnlyList<IConfigurationGenerator> Generators { get; }

    /// <summary>Those whose file is missing or not as it would be generated; of a file that is kept by hand nothing is said.</summary>
    public IEnumerable<IConfigurationGenerator> Stale() => Generators.Where(x => x.AutoGenerate && !IsCurrent(x));

    /// <summary>Writes the file where it would change.</summary>
    /// <returns>Whether it was written.</returns>
    public bool Write(IConfigurationGenerator generator)
    {
        if (IsCurrent(generator))
            return false;
        string path = PathOf(generator);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string part = $"{path}.{Environment.ProcessId}.part";
        File.WriteAllText(part, generator.Generate(_context), new UTF8Encoding(false));
        File.Move(part, path, overwrite: true);
        return true;
    }

    private bool IsCurrent(IConfigurationGenerator generator) =>
        File.Exists(PathOf(generator)) && File.ReadAllText(PathOf(generator)) == generator.Generate(_context);

    private string PathOf(IConfigurationGenerator generator) =>
        Path.Combine(_context.RootDirectory, generator.ConfigurationFile.Replace('/', Path.DirectorySeparatorChar));
}
