namespace OrleansRegistry.Cli.Tests;

/// <summary>The pages of the checkout that the tests were built in.</summary>
internal static class Documents
{
    public static string Root { get; } = FindRoot();

    public static string Read(string name) => File.ReadAllText(Path.Combine(Root, "docs", name));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OrleansRegistry.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run in a checkout of the repository.");
        }

        return folder.FullName;
    }
}
