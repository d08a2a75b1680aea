using System.CommandLine;

namespace OrleansRegistry.Cli.Service;

/// <summary>Prints what makes a shell complete words of the command: it asks the program itself, by the directive <c>[suggest]</c>.</summary>
internal sealed class CompletionCommand : RegistryCommand
{
    private const string Bash = """
        _registry_complete() {
          local line="${COMP_LINE:0:COMP_POINT}" word
          line="${line#*[[:space:]]}"
          local begun="${line##*[[:space:]]}"
          COMPREPLY=()
          while IFS= read -r word; do
            [[ -n "$word" && "$word" == "$begun"* ]] && COMPREPLY+=("$word")
          done < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        complete -o default -F _registry_complete registry
        """;

    private const string Zsh = """
        #compdef registry
        _registry() {
          local line="${(j: :)words[2,CURSOR]}"
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
          found=(${(M)found:#?*})
          found=(${(M)found:#${words[CURSOR]}*})
          if (( ${#found} )); then compadd -- "${found[@]}"; else _files; fi
        }
        if [ "$funcstack[1]" = _registry ]; then _registry "$@"; else compdef _registry registry; fi
        """;

    private const string Fish = """
        function __registry_complete
            set -l line (string replace -r '^\s*\S+\s?' '' -- (commandline -cp))
            command registry "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c registry -f -a '(__registry_complete)'
        complete -c registry -n 'not count (__registry_complete) >/dev/null' -F
        """;

    private readonly Argument<string> shell = new("shell") { Description = "bash, zsh or fish." };

    public CompletionCommand()
        : base(
            "completion",
            "Prints a script that makes a shell complete the words of this command.",
            "source <(registry completion bash)                                            # for this shell",
            "registry completion bash > ~/.local/share/bash-completion/completions/registry",
            "registry completion zsh > ~/.zfunc/_registry                                  # a folder of $fpath",
            "registry completion fish > ~/.config/fish/completions/registry.fish")
    {
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Add(shell);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call)
    {
        var script = call.Get(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        };
        call.Answer.Bytes(System.Text.Encoding.UTF8.GetBytes(script + "\n"));
        return Task.FromResult(ExitCode.Done);
    }
}
