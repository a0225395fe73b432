namespace Slipway.Http;

/// <summary>
/// The folder of the user's own that .NET looks for trusted certificates in. Without <c>HOME</c> and without an entry in
/// <c>/etc/passwd</c>, as in a root that holds a program alone, it fails each TLS handshake with "No such file or directory";
/// the root folder, which .NET itself names as such a user's, then holds none.
/// </summary>
internal static class UserFolder
{
    /// <summary>Gives the process a <c>HOME</c> where it has none that .NET could find.</summary>
    public static void Require()
    {
        if (
            string.IsNullOrEmpty(Environment.GetEnvironmentVariable("HOME"))
            && Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is "/" or ""
            && !OperatingSystem.IsWindows()
        )
            Environment.SetEnvironmentVariable("HOME", "/");
    }
}
